/** The map of flows, with what went which way. */
import type { Flow } from '../../domain/flow.ts';
import type { Pool } from '../../log/db/database.ts';
import { Policies } from '../../log/policies.ts';
import { readHeldPolicies, readMapCounts } from '../../log/tally/readMapCounts.ts';
import { readUncounted } from '../../log/tally/readTallies.ts';
import { declaredActions } from '../../policy/followingActions.ts';
import { flowMap, flowMapExample, flowMapQuery } from '../../wire/flowMap.ts';
import { drawMap, type MappedFlow } from '../map/flowMap.ts';
import { flowNamed } from './flowNamed.ts';
import { type Route, route } from './route.ts';

const MINUTES = 1440;

/** A policy that this build cannot read has actions that were seen, and none that it declares. */
async function actionsOf(
  policies: Policies,
  pool: Pool,
  of: { tenant: string; flow: Flow; version: string },
): Promise<MappedFlow['actions']> {
  try {
    return declaredActions((await policies.get(pool, of.tenant, of.flow, of.version)).policy);
  } catch (error) {
    if ((error as { code?: string }).code === 'policy-unfit') return [];
    throw error;
  }
}

/** The flow, and those that follow a type that it makes. */
function withFollowers(flows: readonly Flow[], name: string): Flow[] {
  const one = flowNamed(flows, name);
  const made = [...Object.keys(one.types), ...Object.keys(one.emits ?? {})];
  return flows.filter((flow) => flow === one || made.some((type) => Object.hasOwn(flow.follows ?? {}, type)));
}

export const flowMapRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/flow-map',
    id: 'getFlowMap',
    tag: 'flows',
    summary: 'Event types, the flows that take them, their outcomes and what follows, with how many went which way',
    scopes: ['read'],
    query: flowMapQuery,
    answers: { 200: { description: 'The map', schema: flowMap, example: flowMapExample } },
    handler: ({ pool, flows }) => {
      const policies = new Policies();
      return async ({ caller: { tenant }, query, send }) => {
        const mapped = query.flow === undefined ? flows : withFollowers(flows, query.flow);
        const nowMs = Date.now();
        const window = { tenant, flows: mapped.map(({ name }) => name), minutes: Number(query.minutes ?? MINUTES), nowMs };
        const [held, { fromMs, counts }, behind] = await Promise.all([
          readHeldPolicies(pool, tenant),
          readMapCounts(pool, window),
          readUncounted(pool, tenant, null),
        ]);
        const declared = mapped.map(async (flow): Promise<MappedFlow> => {
          const version = held.get(flow.name);
          return { flow, actions: version === undefined ? [] : await actionsOf(policies, pool, { tenant, flow, version }) };
        });
        const map = drawMap(await Promise.all(declared), counts);
        send(200, { from: new Date(fromMs).toISOString(), to: new Date(nowMs).toISOString(), ...map, behind });
      };
    },
  }),
];
