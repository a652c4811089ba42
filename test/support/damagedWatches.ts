/** Watches as no code of ours would leave them, and what the audit says of each. */
import { expect } from '@jest/globals';
import { activateFlow, ensureHeads } from '../../src/log/activate.ts';
import { Appender } from '../../src/log/append.ts';
import type { Pool } from '../../src/log/db/database.ts';
import { Policies } from '../../src/log/policies.ts';
import { sweepNext } from '../../src/log/watch/sweepNext.ts';
import { beat, quietMachines, stop } from './quietMachines.ts';

const HOUR_MS = 3_600_000;

/** Of `machines`: opened at 3 and due at 6, opened at 4 and closed at 5. */
export async function watchOfEach(pool: Pool): Promise<void> {
  const flow = quietMachines;
  await ensureHeads(pool, 'default', [flow]);
  await activateFlow(pool, 'default', flow);
  const context = { tenant: 'default', log: 'machines', flow, policies: new Policies() };
  const appender = new Appender({ pool, context, mailed: () => undefined });
  await appender.append([beat('a', { id: '1' }), beat('b', { id: '2', quietMs: HOUR_MS }), stop('b', { id: '3' })]);
  await appender.close();
  expect((await sweepNext(pool, context)).events).toHaveLength(1);
}

const OPEN = `insert into watches (tenant, flow, subject, name, opened, opened_at, due_at, look_at, hops)
  values ('default', 'machines', 'b', 'machine.silent', 4, now(), now(), now(), 1)`;
const AGAIN = `update watch_marks set position = 7 where kind = 'closed';
  insert into watch_marks select tenant, log, 5, name, kind, 5, event_position, subject, at, due_at from watch_marks where kind = 'opened' and subject = 'b'`;

export const WATCH_DAMAGE: readonly (readonly [what: string, sql: string, finding: RegExp])[] = [
  [
    'an own event that is gone',
    "update entries set source = '/elsewhere' where id = 'machine.silent:machines.3'",
    /machine\.silent of evt_machines\.3 was opened 1 times; it is open 0 times, an event 0 times, and was closed 0 times/,
  ],
  [
    'an open watch that was closed',
    OPEN,
    /machine\.silent of evt_machines\.4 was opened 1 times; it is open 1 times, an event 0 times, and was closed 1 times/,
  ],
  [
    'an own event of a watch that was never opened',
    "update watch_marks set opened = 2 where kind <> 'closed' and subject = 'a'",
    /machine\.silent of evt_machines\.6 was opened 0 times; it is open 0 times, an event 1 times/,
  ],
  ['a watch that was opened while it was open', AGAIN, /machine\.silent is opened at entry 5 of machines, after it was opened/],
  [
    'a watch that history opened',
    "update entries set history = true where log = 'machines' and position = 4",
    /machine\.silent is opened at entry 4 of machines by an event that is history/,
  ],
  [
    'a watch that was opened by an event that was not folded',
    "update entries set ending = 'quarantined', note = 'reflex: Error: no' where log = 'machines' and position = 4",
    /machine\.silent is opened at entry 4 of machines by an event that is quarantined/,
  ],
];
