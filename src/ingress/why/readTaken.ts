/** What is kept of an event in a flow that took it: enough to say why. */
import { type KeptApproval, readApproval } from '../../approvals/approval.ts';
import type { JsonObject } from '../../domain/event.ts';
import type { Flow } from '../../domain/flow.ts';
import { parseId } from '../../domain/ids.ts';
import type { Taken } from '../../kit/explain.ts';
import type { Pool } from '../../log/db/database.ts';
import { Policies } from '../../log/policies.ts';
import { readDecision } from '../../log/read/decisions.ts';
import type { KeptEvent } from '../../log/read/events.ts';
import { readPolicy } from '../../log/read/policies.ts';

/** A case has few turns; more are told by its timeline. */
const TURNS_MAX = 10;
const policies = new Policies();

export interface TakenEvent extends Taken {
  readonly event: KeptEvent;
  /** False: the policy that it was decided by does not fit the code that is here. */
  readonly fits: boolean;
}

export async function readTaken(pool: Pool, flow: Flow, event: KeptEvent): Promise<TakenEvent> {
  const kept = await Promise.all(event.decisions.map(({ id }) => readDecision(pool, event, Number(parseId('dec', id)?.tail ?? 0))));
  const decisions = kept.flatMap((one) => (one === null ? [] : [{ ...one.item, rungs: one.rungs }]));
  const policy = await policyOf(pool, flow, { tenant: event.tenant, version: decisions[0]?.policy ?? null });
  const asked = await readAsked(pool, flow, event);
  return {
    ...{ event, type: event.type, data: dataOf(event.body), decisions, policy, fits: policy !== null },
    asked: asked.map(({ approval: { state, proposed, rejected, verdict, default: byDefault } }) => ({
      ...{ state, proposed: proposed.outcome, rejected, verdict, default: byDefault },
    })),
  };
}

async function readAsked(pool: Pool, flow: Flow, { tenant, position, approvalTurn }: KeptEvent): Promise<KeptApproval[]> {
  if (approvalTurn === null) return [];
  const turns = Array.from({ length: approvalTurn + 1 }, (_, turn) => turn).slice(-TURNS_MAX);
  const found = await Promise.all(turns.map((turn) => readApproval(pool, { tenant, flow: flow.name, eventPosition: position, turn })));
  return found.filter((one) => one !== null);
}

/** As the decision names it, else the active one; null where it is of another build. */
async function policyOf(pool: Pool, flow: Flow, { tenant, version }: { tenant: string; version: string | null }): Promise<unknown> {
  try {
    const wanted = version ?? (await readPolicy(pool, { tenant, flow: flow.name }, null))?.version ?? '';
    return (await policies.get(pool, tenant, flow, wanted)).policy;
  } catch (error) {
    if ((error as { code?: string }).code === 'policy-unfit') return null;
    throw error;
  }
}

function dataOf(body: string | null): JsonObject {
  const { data } = (body === null ? {} : JSON.parse(body)) as { data?: unknown };
  return typeof data === 'object' && data !== null && !Array.isArray(data) ? (data as JsonObject) : {};
}
