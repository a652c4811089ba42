/** A ledger whose reflex threw at thirteen, and one that was mended: it counts them, but for the accounts that begin with `still`. */
import type { FlowEvent } from '../../src/domain/event.ts';
import type { Flow } from '../../src/domain/flow.ts';
import type { Pool } from '../../src/log/db/database.ts';
import { ledger } from './flows.ts';
import { eventOf, post } from './http.ts';
import { startIngress } from './ingress.ts';

type Reflex = NonNullable<typeof ledger.reflex>;
type Fold = Reflex['fold'];

const fold: Fold = (states, event, policy, memory) => {
  const { amount } = event.data;
  if (amount === 13 && event.subject.startsWith('still')) throw new Error('thirteen is still not counted');
  const counted: FlowEvent = amount === 13 ? { ...event, data: { ...event.data, amount: 12.5 } } : event;
  const folded = (ledger.reflex as Reflex).fold(states, counted, policy, memory);
  const { decision, signal } = folded;
  // what it decides depends on what was folded before
  const third = decision != null && signal === undefined && Number(decision.result.count) >= 3;
  return third ? { ...folded, decision: { ...decision, outcome: 'alarm' } } : folded;
};

export const mendedLedger: Flow = { ...ledger, code: 'ledger-code-2', reflex: { ...(ledger.reflex as Reflex), fold } } as Flow;

export interface Aside {
  readonly database: string;
  /** Of each account, in order: an ordinary amount, or thirteen. */
  readonly accounts: readonly (readonly [account: string, amount: number])[];
}

/** Posts them to a ledger as it was before; the ids of those that went into quarantine. */
export async function putAside({ database, accounts }: Aside): Promise<string[]> {
  const before = await startIngress({ database, flows: [ledger] });
  const aside: string[] = [];
  for (const [n, [account, amount]] of accounts.entries()) {
    const { json } = await post(before.url, eventOf({ id: `aside-${n}`, data: { account, amount } }));
    if (json.status === 'quarantined') aside.push(json.event);
  }
  await before.close();
  return aside;
}

/** All that a redrive could change. */
export async function allRows(pool: Pool): Promise<unknown> {
  const tables = ['entries', 'heads', 'states', 'decisions', 'mailboxes', 'deliveries', 'actions', 'records', 'lessons', 'memories'];
  const rows = await Promise.all(tables.map(async (table) => (await pool.query(`select t::text from ${table} t order by 1`)).rows));
  return Object.fromEntries(tables.map((table, at) => [table, rows[at]]));
}
