/** Flows for tests: flows are a dependency, so a test adds its own. */
import { z } from 'zod';
import type { FlowEvent, JsonObject } from '../../src/domain/event.ts';
import type { Folded } from '../../src/domain/flow/reflex.ts';
import type { Flow } from '../../src/domain/flow.ts';
import { reviews } from './reviews.ts';

const amounts = z.looseObject({ account: z.string().min(1), amount: z.number() }) as unknown as z.ZodType<JsonObject>;
const policySchema = z.strictObject({ alarmAbove: z.number(), askAbove: z.number() });
type LedgerPolicy = z.infer<typeof policySchema>;

interface Ledger {
  count: number;
  sum: number;
  /** A running digest of the positions and ids folded: any other order or set gives another number. */
  digest: number;
  newestMs: number;
}

const read = (bytes: Uint8Array | null): Ledger =>
  bytes === null ? { count: 0, sum: 0, digest: 7, newestMs: 0 } : (JSON.parse(Buffer.from(bytes).toString('utf8')) as Ledger);

function fold(states: readonly (Uint8Array | null)[], event: FlowEvent, policy: LedgerPolicy): Folded {
  const amount = event.data.amount as number;
  if (amount === 13) throw new Error('thirteen is not counted');
  const next = states.map((state) => {
    const before = read(state);
    let digest = before.digest;
    for (const character of event.id) digest = (digest * 31 + character.charCodeAt(0)) % 1_000_000_007;
    return Buffer.from(
      JSON.stringify({ count: before.count + 1, sum: before.sum + amount, digest, newestMs: Math.max(before.newestMs, event.timeMs) }),
    );
  });
  const decision = {
    outcome: amount > policy.alarmAbove ? 'alarm' : 'fine',
    confidence: 1,
    score: null,
    rung: 'rules' as const,
    reasons: [{ code: 'amount', text: `the amount is ${amount}` }],
    result: { count: read(next[0] ?? null).count },
    provisional: false,
    rungs: [],
  };
  if (amount <= policy.askAbove) return { states: next, decision };
  return { states: next, decision: { ...decision, outcome: 'ask', provisional: true }, signal: { found: { amount }, rungs: [] } };
}

/** A reflex over an account and its region, and a case for large amounts. Throws at 13. */
export const ledger: Flow<LedgerPolicy> = {
  name: 'ledger',
  title: 'Test ledger',
  types: {
    'amount.booked': {
      schema: amounts,
      subject: (data) => String(data.account),
      fields: { account: 'plain', amount: 'plain', region: 'plain' },
    },
  },
  outcomes: ['fine', 'alarm'],
  policySchema,
  policyText: 'alarmAbove: 100\naskAbove: 1000\n',
  code: 'ledger-code-1',
  workflow: 'parcelCase',
  reflex: {
    format: 1,
    keys: (event) => [`account:${event.subject}`, ...(typeof event.data.region === 'string' ? [`region:${event.data.region}`] : [])],
    latenessMs: 24 * 3_600_000,
    newestMs: (_key, state) => read(state).newestMs,
    fold,
    show: (_key, state) => ({ ...read(state) }),
    subjectKey: (subject) => `account:${subject}`,
  },
};

/** No reflex: each event goes to its case. */
export const parcel: Flow = {
  name: 'parcel',
  title: 'Test parcels',
  outcomes: ['seen'],
  types: {
    'parcel.scanned': {
      schema: z.looseObject({ parcel: z.string().min(1) }) as unknown as z.ZodType<JsonObject>,
      subject: (data) => String(data.parcel),
      fields: { parcel: 'plain' },
    },
  },
  policySchema: z.strictObject({}),
  policyText: '{}\n',
  code: 'parcel-code-1',
  workflow: 'parcelCase',
};

const text = z.string().optional();
const order = z.looseObject({ customer: z.string().min(1), amount: z.number(), note: text, email: text, apiKey: text });
const reviewed = reviews();

/** Says in its findings, its reasons and, where the note begins with `throw`, its error what it was given, as a careless flow would. */
function foldOrder({ data, subject }: FlowEvent): Folded {
  const note = String(data.note ?? '');
  if (note.startsWith('throw')) throw new Error(`cannot fold ${JSON.stringify(data)} of ${subject}`);
  const decision = {
    outcome: 'review',
    confidence: 0.5,
    score: 0.4,
    rung: 'model' as const,
    reasons: [{ code: 'note', text: `the note says ${note}` }],
    result: { note },
    provisional: true,
    rungs: [],
  };
  return { states: [], decision, signal: { found: { note, size: note.length }, rungs: [] } };
}

/** Its subjects are personal, and it has a field of each exposure. Every order goes to a person. */
export const orders: typeof reviewed = {
  ...reviewed,
  name: 'orders',
  title: 'Test orders',
  subjectPersonal: true,
  types: {
    'order.placed': {
      schema: order as unknown as z.ZodType<JsonObject>,
      subject: (data) => String(data.customer),
      fields: {
        ...{ paymentId: 'plain', cardId: 'plain', amount: 'plain', currency: 'plain' },
        ...{ note: 'untrusted', customer: 'personal', email: 'personal', apiKey: 'secret' },
      },
    },
  },
  code: 'orders-1',
  reflex: {
    format: 1,
    keys: () => [],
    latenessMs: Number.MAX_SAFE_INTEGER,
    newestMs: () => 0,
    fold: (_states, event) => foldOrder(event),
    show: () => ({}),
    subjectKey: (subject) => subject,
  },
};
