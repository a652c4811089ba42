/** What is not well, in words, each with what still goes on. */
import type { Ready } from '../../wire/ready.ts';

export function troubles({ database, temporal, worker, backlog, clock, otherCode = [] }: Ready): string[] {
  const said = (holds: boolean, text: string): string[] => (holds ? [text] : []);
  return [
    ...said(!database.ok, 'The database is away: nothing is accepted until it is back'),
    ...said(!temporal.ok, 'Temporal is away: events are accepted and decided by reflexes, cases wait'),
    ...said(temporal.ok && !worker.ok, 'No worker is there: events are accepted and decided by reflexes, cases wait'),
    ...said(!clock.ok, `The clock of this machine is ${clock.aheadSeconds} s off: the database's is used`),
    ...said(backlog.oldestSeconds > 60, `Cases are behind: ${backlog.events} events wait for theirs`),
    ...otherCode.map((flow) => `${flow} is folded by another build: its events are refused here`),
  ];
}
