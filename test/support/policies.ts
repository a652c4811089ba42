/** Policies as an operator switches them on. */
import type { Flow } from '../../src/domain/flow.ts';
import { activatePolicy, type PolicyChange } from '../../src/log/activatePolicy.ts';
import type { Pool } from '../../src/log/db/database.ts';

export function operate(pool: Pool, flow: Flow, text: string): Promise<PolicyChange> {
  return activatePolicy(pool, { tenant: 'default', flow, text, actor: 'ann', note: null });
}
