/**
 * A flow with a memory: what is viewed after what, over all sessions. Its digest is of all lessons in their order, so any other order or set gives
 * another memory; and it decides by what it remembers.
 */
import { z } from 'zod';
import type { Memory } from '../../src/domain/flow/reflex.ts';
import type { Flow } from '../../src/domain/flow.ts';
import { defineEvents } from '../../src/kit/defineEvents.ts';
import { defineFlow } from '../../src/kit/defineFlow.ts';
import { defineReflex } from '../../src/kit/defineReflex.ts';
import { defineWatch } from '../../src/kit/defineWatch.ts';
import { jsonState } from '../../src/kit/state/jsonState.ts';

export const VIEWED = 'item.viewed';
const LEFT = 'basket.left';
/** Changes half of the memory, then throws. */
export const POISON = 'poison';

export interface Pairs {
  digest: number;
  lessons: number;
  counts: Map<string, number>;
}

// an interface would be no JSON to the compiler
type Lesson = { readonly pair: string };

const encoder = new TextEncoder();

export const pairs: Memory<Pairs, Lesson> = {
  format: 1,
  limitBytes: 1 << 20,
  empty: () => ({ digest: 7, lessons: 0, counts: new Map() }),
  learn(memory, { pair }) {
    memory.counts.set(pair, (memory.counts.get(pair) ?? 0) + 1);
    memory.lessons += 1;
    if (pair.endsWith(POISON)) throw new Error(`cannot learn ${POISON}`);
    for (const character of pair) memory.digest = (memory.digest * 31 + character.charCodeAt(0)) % 1_000_000_007;
  },
  save: ({ counts, ...rest }) => encoder.encode(JSON.stringify({ ...rest, counts: [...counts].sort(([a], [b]) => (a < b ? -1 : 1)) })),
  load(bytes) {
    const { counts, ...rest } = JSON.parse(new TextDecoder().decode(bytes)) as Omit<Pairs, 'counts'> & { counts: [string, number][] };
    return { ...rest, counts: new Map(counts) };
  },
};

const policySchema = z.strictObject({ leaves: z.boolean() });
type Policy = z.output<typeof policySchema>;

const sessionId = z.string().min(1);
const fields = { sessionId: 'plain', itemId: 'plain' } as const;
const events = defineEvents({
  [VIEWED]: { schema: z.looseObject({ sessionId, itemId: z.string() }), subject: (data) => data.sessionId, fields },
  [LEFT]: {
    schema: z.looseObject({ sessionId, since: z.string(), due: z.string(), opened: z.string() }),
    subject: (data) => data.sessionId,
    fields: { ...fields, since: 'plain', due: 'plain', opened: 'plain' },
    own: true,
  },
});
const session = jsonState({ empty: () => ({ last: '', views: 0 }) });
const ofSession = (data: { sessionId: string }) => ({ session: data.sessionId });

const decided = (outcome: string, result: object) => ({
  ...{ outcome, confidence: 1, score: null, rung: 'rules' as const, reasons: [], result: { ...result }, provisional: false, rungs: [] },
});

export const baskets = defineFlow({
  name: 'baskets',
  title: 'Test baskets',
  events,
  outcomes: ['seen', 'left'],
  policySchema,
  policyText: 'leaves: false\n',
  code: 'baskets-code-1',
  watches: {
    [LEFT]: defineWatch({
      ...{
        subjectField: 'sessionId',
        state: 'session',
        codec: session,
        check: (_state, _policy: Policy, nowMs) => ({ dueSinceMs: nowMs }),
      },
    }),
  },
  reflex: defineReflex({
    events,
    states: { session },
    subject: 'session',
    keys: { [VIEWED]: ofSession, [LEFT]: ofSession },
    latenessMs: 3_600_000,
    memory: pairs,
    on: {
      [VIEWED]({ session: { last, views } }, { acceptedAtMs, data: { itemId } }, { leaves }: Policy, memory) {
        const pair = `${last} ${itemId}`;
        return {
          ...{ states: { session: { last: itemId, views: views + 1 } }, lesson: { pair } },
          decision: decided('seen', { before: memory.counts.get(pair) ?? 0, digest: memory.digest }),
          ...(leaves ? { watches: { [LEFT]: acceptedAtMs } } : {}),
        };
      },
      [LEFT]: ({ session: { last } }) => ({ decision: decided('left', {}), lesson: { pair: `${last} -` } }),
    },
  }),
}) as Flow;

/** The same without a memory: what one costs shows beside it. */
export const forgetful: Flow = withoutMemory(baskets);

function withoutMemory({ reflex, ...flow }: Flow): Flow {
  if (reflex === undefined) throw new TypeError('Cannot take a memory from a flow without a reflex');
  const { memory: _memory, ...rest } = reflex;
  const fold: typeof reflex.fold = (states, event, policy) => {
    const { lesson: _lesson, ...folded } = reflex.fold(states, event, policy, pairs.empty());
    return folded;
  };
  return { ...flow, code: 'baskets-code-without', reflex: { ...rest, fold } };
}
