/**
 * An operator switches a policy on while everything runs: its text is stored by its content's version, and an entry of the flow's log says
 * from which position on it folds. Every appender reads the head with each batch, so none has to be told.
 */
import { SignalboxError } from '../domain/errors.ts';
import type { Flow } from '../domain/flow.ts';
import { asFieldError, lintPolicy, type PolicyFault } from '../policy/policyLint.ts';
import type { Pool } from './db/database.ts';
import { type Head, lockHead } from './head.ts';
import { storePolicy } from './policies.ts';
import { switchOn } from './switchOn.ts';

export interface WantedPolicy {
  readonly tenant: string;
  readonly flow: Flow;
  readonly text: string;
  readonly actor: string;
  readonly note: string | null;
  /** The version that must be the active one. */
  readonly ifMatch?: string;
}

export interface PolicyChange {
  readonly version: string;
  /** The version that was active before, or is still. */
  readonly previous: string | null;
  readonly changed: boolean;
  readonly warnings: readonly PolicyFault[];
}

/** Throws `bad-policy`, `stale` where another version is active, `other-code` where it cannot be judged here, `not-found` without a log. */
export async function activatePolicy(pool: Pool, wanted: WantedPolicy): Promise<PolicyChange> {
  const { tenant, flow, text, actor, note } = wanted;
  const tried = await tryPolicy(pool, wanted);
  const client = await pool.connect();
  try {
    const head = await lockHead(client, tenant, flow.name);
    assertFree(wanted, head);
    const version = await storePolicy(client, { tenant, flow: flow.name, text });
    const done = await switchOn(
      client,
      { tenant, flow: flow.name, head },
      { policy: { version, choice: { origin: 'operator', actor, note } } },
    );
    await client.query(done.length === 0 ? 'rollback' : 'commit');
    client.release();
    return { ...tried, previous: head.policy, changed: done.length > 0 };
  } catch (error) {
    client.release(true);
    throw error;
  }
}

/** What `activatePolicy` would do now; changes nothing. */
export async function tryPolicy(pool: Pool, wanted: WantedPolicy): Promise<PolicyChange> {
  const { tenant, flow, text } = wanted;
  const { rows } = await pool.query<Omit<Head, 'nowMs'>>('select position, code, policy from heads where tenant = $1 and log = $2', [
    tenant,
    flow.name,
  ]);
  const head = rows[0];
  if (head === undefined) throw new SignalboxError('not-found');
  assertFree(wanted, head);
  const { version, errors, warnings } = lintPolicy(flow, text);
  if (version === null)
    throw new SignalboxError('bad-policy', `The policy does not fit ${flow.name}`, { errors: errors.map(asFieldError) });
  return { version, previous: head.policy, changed: version !== head.policy, warnings };
}

function assertFree({ flow, ifMatch }: WantedPolicy, { code, policy }: Pick<Head, 'code' | 'policy'>): void {
  if (code !== flow.code) throw new SignalboxError('other-code', `Another build folds ${flow.name}: only its schema can judge a policy`);
  if (ifMatch !== undefined && ifMatch !== policy) throw new SignalboxError('stale', `The active policy is ${policy ?? 'none'}`);
}
