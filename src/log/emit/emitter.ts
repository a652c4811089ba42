/** Appends the emissions of each flow that has some, beside the dispatcher. Any number of processes may: the head's lock orders them. */
import type { Logger } from 'pino';
import type { Flow } from '../../domain/flow.ts';
import { UNROUTED } from '../../domain/ids.ts';
import { emittedTypes } from '../../kit/emissions.ts';
import { type AcceptedEvent, casesWithMail } from '../arrival.ts';
import type { CaseIds } from '../caseIds.ts';
import type { Pool } from '../db/database.ts';
import { type Memories, memoryOf } from '../memory/memories.ts';
import { Policies } from '../policies.ts';
import { type Repeated, repeat } from '../repeat.ts';
import { type EmitContext, emitNext } from './emitNext.ts';

interface EmitterDeps {
  readonly pool: Pool;
  readonly tenant: string;
  readonly flows: readonly Flow[];
  readonly caseIds: CaseIds;
  readonly memories?: Memories;
  /** Called after each commit with the cases that got mail, as `<tenant> <flow> <case id>`. */
  readonly mailed: (cases: readonly string[]) => void;
  /** Called after each commit, with at least one. */
  readonly emitted: (log: string, events: readonly AcceptedEvent[]) => void;
  readonly logger: Logger;
}

/** How late one shows, at most: a worker asks for it, an ingress looks. */
const LOOK_MS = 1000;
const NEXT_MS = 20;

export function openEmitter({ pool, tenant, flows, caseIds, memories, mailed, emitted, logger }: EmitterDeps): Repeated {
  const policies = new Policies();
  const shared = { tenant, policies, caseIds };
  const contexts = flows.flatMap((flow): EmitContext[] => {
    const { own, others } = emittedTypes(flow);
    return [
      { ...shared, emitter: flow, log: flow.name, flow, types: own, ...memoryOf(memories, flow.name) },
      { ...shared, emitter: flow, log: UNROUTED, flow: null, types: others },
    ].filter(({ types }) => types.length > 0);
  });
  const emitting = contexts.map((context) => {
    const { log, emitter } = context;
    const turn = async (): Promise<number> => {
      const { events, more } = await emitNext(pool, context);
      if (events.length > 0) emitted(log, events);
      const cases = casesWithMail(context, events);
      if (cases.length > 0) mailed(cases);
      return more ? NEXT_MS : LOOK_MS;
    };
    return repeat({ turn, logger, about: { flow: emitter.name, log }, failing: 'what a flow is to tell others of cannot be appended' });
  });
  return {
    async close() {
      await Promise.all(emitting.map((one) => one.close()));
    },
  };
}
