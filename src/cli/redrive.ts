import { setTimeout as wait } from 'node:timers/promises';
import { printJson, printLine, say } from './terminal/print.ts';

interface Redriving<Answer> {
  readonly path: string;
  readonly verb: 'redrive' | 'send-now';
  readonly what: 'events' | 'actions';
  readonly became: (answer: Answer) => string;
  /** Between two. */
  readonly pauseMs?: number;
  /** From a preview: what it told is done, or nothing. */
  readonly etags?: ReadonlyMap<string, string>;
}

/** Asks for each to be tried again, and says what became of it; exit 1 where one may not be. Throws what stands against all of them. */
export async function redriveEach<Answer>(
  ids: readonly string[],
  { json }: { json?: true },
  { path, verb, what, became, pauseMs = 0, etags }: Redriving<Answer>,
): Promise<void> {
  const { openService } = await import('./terminal/target.ts');
  const { Refused } = await import('../client/serviceClient.ts');
  const service = await openService();
  const done: unknown[] = [];
  for (const [nth, id] of ids.entries()) {
    if (nth > 0 && pauseMs > 0) await wait(pauseMs);
    const etag = etags?.get(id);
    try {
      const headers = etag === undefined ? {} : { headers: { 'if-match': `"${etag}"` } };
      const answer = await service.ask<Answer>(`${path}/${encodeURIComponent(id)}/${verb}`, { method: 'POST', ...headers });
      done.push(answer);
      if (json !== true) printLine(`${id}  ${became(answer)}`);
    } catch (error) {
      if (!(error instanceof Refused) || standsAgainstAll(error)) throw error;
      process.exitCode = 1;
      done.push({ [what === 'events' ? 'event' : 'action']: id, problem: error.problem });
      say(`${id}  ${error.message}`);
    }
  }
  if (json === true) printJson(done);
}

/** A case that is busy keeps back its own event alone. */
const standsAgainstAll = ({ status, problem }: { status: number; problem: unknown }): boolean =>
  status === 401 || status === 403 || (status >= 500 && (problem as { code?: string } | null)?.code !== 'case-busy');
