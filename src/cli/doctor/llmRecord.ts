/** Whether an LLM that may decide has the record for it, flow by flow. */
import { flows } from '../../flows/flows.ts';
import type { Pool } from '../../log/db/database.ts';
import { readPolicy } from '../../log/read/policies.ts';
import { readLlmRecord } from '../../outcomes/llmRecord.ts';
import { parsePolicy } from '../../policy/policy.ts';
import { type Finding, ok, warn } from './finding.ts';

const TENANT = 'default';

export async function lookAtLlmRecords(pool: Pool): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const flow of flows) {
    const stored = await readPolicy(pool, { tenant: TENANT, flow: flow.name }, null);
    if (stored === null) continue;
    const policy = fitting(() => parsePolicy(flow, stored.text));
    const record = policy === null ? null : await readLlmRecord(pool, TENANT, flow, policy);
    if (record === null) continue;
    const what = `LLM record of ${flow.name}`;
    const { decides, earned, text } = record;
    if (decides && !earned)
      findings.push(
        warn(
          what,
          `it decides without the record: ${text}`,
          `\`signalbox quality ${flow.name} --by model\` shows it; \`decides: false\` in the policy has it advise`,
        ),
      );
    else if (decides) findings.push(ok(what, `it decides and has the record: ${text}`));
    else findings.push(ok(what, `${earned ? 'it advises, and an operator may let it decide' : 'it advises'}: ${text}`));
  }
  return findings;
}

/** A policy that this build cannot read is said elsewhere. */
function fitting<Policy>(parse: () => Policy): Policy | null {
  try {
    return parse();
  } catch {
    return null;
  }
}
