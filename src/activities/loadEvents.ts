import type { LoadedEvent } from '../domain/loadedEvent.ts';
import { loadEvents } from '../log/loadEvents.ts';
import { Policies } from '../log/policies.ts';
import { failure } from './asFailure.ts';
import type { AskDeps } from './askLlm.ts';
import { forHistory } from './forHistory.ts';

export interface Loading {
  readonly tenant: string;
  readonly flow: string;
  readonly caseId: string;
  readonly positions: number[];
}

export interface Loaded {
  /** In order, up to half a megabyte as it is sent: ask again for the rest. */
  readonly events: LoadedEvent[];
  /** The content of every policy version that the events name, checked against the flow's schema. */
  readonly policies: Record<string, unknown>;
  /** Whether this worker has an LLM to ask; absent in histories from before 0.2. */
  readonly llm?: boolean;
}

/**
 * Reads events from the log, with what was found and decided about them so far: what of it a history may hold, where the answer
 * stands. What needs the whole of an event (a prompt, a person's evidence) is an activity's business.
 *
 * *Retries*: without end, from 100 ms up to 5 s.
 * *Idempotency*: it only reads.
 * *Fails with*: `database-away`; `policy-unfit` where this worker's build cannot read a policy that a case keeps; `event-missing` where the log holds none of them or no flow of this name is known (not retried).
 */
export function createLoadEvents({ pool, flows, callLlm }: Pick<AskDeps, 'pool' | 'flows' | 'callLlm'>) {
  const known = new Policies();
  return async ({ positions, ...key }: Loading): Promise<Loaded> => {
    const flow = flows.find(({ name }) => name === key.flow);
    const events = await loadEvents({ pool, policies: known }, key, positions);
    if (events.length === 0 || flow === undefined)
      throw failure('event-missing', `The log ${key.flow} holds no event at ${positions.join(', ')}`);
    const versions = [...new Set(events.map(({ policy }) => policy))];
    const policies = await Promise.all(
      versions.map(async (version) => [version, (await known.get(pool, key.tenant, flow, version)).policy] as const),
    );
    return { ...forHistory(flow, key.caseId, { events, policies: Object.fromEntries(policies) }), llm: callLlm !== null };
  };
}
