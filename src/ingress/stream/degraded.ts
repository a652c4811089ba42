/** What is not well, in words, and since when this process has seen it. */
import type { ModelTrouble, Spend } from '../../llm/record/spend.ts';
import type { Ready } from '../../wire/ready.ts';
import type { Degraded } from '../../wire/stream.ts';

export interface Observed {
  readonly ready: Ready;
  readonly models: readonly ModelTrouble[];
  readonly spend: readonly Spend[];
}

/** A case takes an event within a second where all is well. */
const BACKLOG_SECONDS_MAX = 60;

function troublesOf({ ready, models, spend }: Observed): Omit<Degraded, 'since'>[] {
  const { database, temporal, worker, clock, backlog, otherCode = [] } = ready;
  const said = (part: string, holds: boolean, text: string) => (holds ? [{ part, text }] : []);
  return [
    ...said('database', !database.ok, 'The database does not answer, or stores nothing: no event is accepted until it does'),
    ...said('temporal', !temporal.ok, 'Temporal does not answer: events are accepted and reflexes decide, cases wait'),
    ...said('worker', temporal.ok && !worker.ok, 'No worker is there: events are accepted and reflexes decide, cases wait'),
    ...said('clock', !clock.ok, `This machine's clock is ${clock.aheadSeconds} s ahead of the database's: its own is not used for times`),
    ...otherCode.map((flow) => ({ part: `code:${flow}`, text: `${flow} is folded by another build: this ingress refuses its events` })),
    ...said(
      'backlog',
      backlog.oldestSeconds > BACKLOG_SECONDS_MAX,
      `Events wait for their cases longer than ${BACKLOG_SECONDS_MAX} s: cases are slower than what comes`,
    ),
    ...models.map(({ model, why, until }) => ({
      part: `llm:${model}`,
      text: `${model} is not asked until ${until.toISOString()}, ${whyNot(why)}: the next rung decides`,
    })),
    ...spend
      .filter(({ usedUp }) => usedUp)
      .map(({ flow, until }) => ({
        part: `budget:${flow}`,
        text: `What ${flow} may spend on LLMs is used up until ${until}: the next rung decides`,
      })),
  ];
}

function whyNot(why: ModelTrouble['why']): string {
  if (why === 'failing') return 'as it fails';
  if (why === 'quota') return 'as its quota is used up';
  return 'as its provider asked to wait';
}

export class DegradedSince {
  #since = new Map<string, string>();

  look(observed: Observed, at: string): Degraded[] {
    const now = troublesOf(observed).map(({ part, text }) => ({ part, since: this.#since.get(part) ?? at, text }));
    this.#since = new Map(now.map(({ part, since }) => [part, since]));
    return now;
  }
}
