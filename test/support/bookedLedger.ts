import { activateFlow, ensureHeads } from '../../src/log/activate.ts';
import type { Arrival } from '../../src/log/arrival.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { type Notifier, openNotifier } from '../../src/log/db/notify.ts';
import { Logs } from '../../src/log/logs.ts';
import { ledger } from './flows.ts';
import { startPostgres } from './postgres.ts';

export interface BookedLedger {
  readonly pool: Pool;
  readonly notifier: Notifier;
  /** Of the bookings, in their order. */
  readonly positions: readonly number[];
  close(): Promise<void>;
}

/** A database whose ledger has accepted these bookings; no process serves it. */
export async function bookedLedger(bookings: readonly Arrival[]): Promise<BookedLedger> {
  const url = await (await startPostgres()).fresh();
  const pool = openDatabase(url, { name: 'test' });
  const notifier = openNotifier(url);
  await ensureHeads(pool, 'default', [ledger]);
  await activateFlow(pool, 'default', ledger);
  const logs = new Logs({ pool, tenant: 'default', flows: [ledger], mailed: () => undefined });
  const answers = await logs.append(bookings.map((arrival) => ({ flow: ledger, arrival })));
  await logs.close();
  const positions = answers.map((answer) => {
    if ('result' in answer && answer.result === 'accepted') return answer.position;
    throw new Error(`Cannot go on as a booking was not accepted: ${JSON.stringify(answer)}`);
  });
  const close = async (): Promise<void> => {
    await notifier.close();
    await pool.end();
  };
  return { pool, notifier, positions, close };
}
