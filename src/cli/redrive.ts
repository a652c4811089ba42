import { printJson, printLine, say } from './terminal/print.ts';

/** Asks for each to be tried again, and says what became of it; exit 1 where one may not be. Throws what stands against all of them. */
export async function redriveEach<Answer>(
  ids: readonly string[],
  { json }: { json?: true },
  {
    path,
    verb,
    name,
    became,
  }: { path: string; verb: 'redrive' | 'send-now'; name: 'event' | 'action'; became: (answer: Answer) => string },
): Promise<void> {
  const { openService } = await import('./terminal/target.ts');
  const { Refused } = await import('../client/serviceClient.ts');
  const service = await openService();
  const done: unknown[] = [];
  for (const id of ids) {
    try {
      const answer = await service.ask<Answer>(`${path}/${encodeURIComponent(id)}/${verb}`, { method: 'POST' });
      done.push(answer);
      if (json !== true) printLine(`${id}  ${became(answer)}`);
    } catch (error) {
      if (!(error instanceof Refused) || error.status >= 500 || error.status === 401 || error.status === 403) throw error;
      process.exitCode = 1;
      done.push({ [name]: id, problem: error.problem });
      say(`${id}  ${error.message}`);
    }
  }
  if (json === true) printJson(done);
}
