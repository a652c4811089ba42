/**
 * Two flows without a reflex that tell each other: `shop` of what it saw (which `desk` follows), `desk` of what it makes of it (which `shop`
 * follows, so it is a circle). `shop` also notes something for itself.
 */
import { z } from 'zod';
import { recordEndings } from '../../src/cases/recordEndings.ts';
import type { DecisionDraft } from '../../src/domain/decision.ts';
import type { Emission } from '../../src/domain/emission.ts';
import type { JsonObject } from '../../src/domain/event.ts';
import type { EventType, Flow } from '../../src/domain/flow.ts';
import { UNROUTED } from '../../src/domain/ids.ts';
import { emittedTypes } from '../../src/kit/emissions.ts';
import { activateFlow, ensureHeads } from '../../src/log/activate.ts';
import { adoptNext } from '../../src/log/adopt/adoptNext.ts';
import { openCursors } from '../../src/log/adopt/cursors.ts';
import { sourcesOf } from '../../src/log/adopt/sources.ts';
import { Appender } from '../../src/log/append.ts';
import type { Pool } from '../../src/log/db/database.ts';
import type { Notifier } from '../../src/log/db/notify.ts';
import { type Emitted, emitNext } from '../../src/log/emit/emitNext.ts';
import { Policies } from '../../src/log/policies.ts';
import { policyVersion } from '../../src/policy/policy.ts';
import { arrival } from './arrivals.ts';
import { parcel } from './flows.ts';

export const [SEEN, NOTED, HEARD] = ['shop.seen', 'shop.noted', 'desk.heard'] as const;

const about: EventType = {
  schema: z.looseObject({ parcel: z.string().min(1) }) as unknown as z.ZodType<JsonObject>,
  subject: (data) => String(data.parcel),
  fields: { parcel: 'plain' },
};
const own: EventType = { ...about, own: true };

export const shop: Flow = {
  ...parcel,
  name: 'shop',
  types: { ...parcel.types, [NOTED]: own },
  follows: { [HEARD]: about },
  emits: { [SEEN]: about, [NOTED]: own },
};
export const desk: Flow = { ...parcel, name: 'desk', types: {}, follows: { [SEEN]: about }, emits: { [HEARD]: about } };
const flows = [shop, desk];

const policies = new Policies();
const TENANT = 'default';

export async function openRumours(pool: Pool): Promise<void> {
  await ensureHeads(pool, TENANT, flows);
  for (const flow of flows) await activateFlow(pool, TENANT, flow);
  // what was there before a flow follows it is history to it
  for (const flow of flows)
    for (const source of sourcesOf(flow, flows)) await openCursors(pool, { tenant: TENANT, flow: flow.name, source });
}

/** Its position. */
export async function see(pool: Pool, subject: string, more: object = {}): Promise<number> {
  const appender = new Appender({ pool, context: { tenant: TENANT, log: 'shop', flow: shop, policies }, mailed: () => undefined });
  const sent = arrival({ id: `${subject} seen`, type: 'parcel.scanned', subject, data: { parcel: subject }, more });
  const [answer] = await appender.append([sent]);
  await appender.close();
  if (answer?.result !== 'accepted') throw new Error('Cannot go on as the event was not accepted');
  return answer.position;
}

const SEEN_BY_RULES: DecisionDraft = {
  ...{ outcome: 'seen', confidence: 1, score: null, rung: 'rules', reasons: [], result: {}, provisional: false, rungs: [] },
};

/** Ends an event as a case would that tells others with its decision. */
export async function tell(
  { pool, notifier }: { readonly pool: Pool; readonly notifier: Notifier },
  { flow, position, subject }: { readonly flow: Flow; readonly position: number; readonly subject: string },
  emits: readonly (Partial<Emission> & Pick<Emission, 'type'>)[],
): Promise<void> {
  const key = { tenant: TENANT, flow: flow.name, caseId: `${flow.name}:${subject}`, subject };
  const decision = { draft: SEEN_BY_RULES, policy: policyVersion(flow.name, flow.policyText) };
  const whole = emits.map((one) => ({ data: { parcel: subject }, causes: [], ...one }));
  const deps = { pool, notifier, flows, policies, announces: false };
  await recordEndings(deps, key, [{ position, ending: 'case', decision, emits: whole }]);
}

/** One look for what goes into each log. */
export async function emitAll(pool: Pool, emitters: readonly Flow[] = flows): Promise<Emitted['events']> {
  const events: Emitted['events'][number][] = [];
  for (const emitter of emitters) {
    const types = emittedTypes(emitter);
    const shared = { tenant: TENANT, policies, emitter };
    const [mine, others] = [
      await emitNext(pool, { ...shared, log: emitter.name, flow: emitter, types: types.own }),
      await emitNext(pool, { ...shared, log: UNROUTED, flow: null, types: types.others }),
    ];
    events.push(...mine.events, ...others.events);
  }
  return events;
}

/** Takes over what the flow follows; gives the positions in its log. */
export async function follow(pool: Pool, flow: Flow): Promise<number[]> {
  const positions: number[] = [];
  for (const source of sourcesOf(flow, flows)) {
    for (;;) {
      const { state, events } = await adoptNext(pool, { tenant: TENANT, log: flow.name, flow, policies, source });
      positions.push(...events.map(({ position }) => position));
      if (state !== 'more') break;
    }
  }
  return positions;
}
