/** The record of an LLM in a flow, held against the one that a policy wants before it decides. */
import type { Flow } from '../domain/flow.ts';
import type { Pool } from '../log/db/database.ts';
import { type LlmRung, ladderOf } from '../policy/ladderPolicy.ts';
import { readQuality } from './readQuality.ts';

export interface LlmRecord {
  /** Its place among the policy's rungs. */
  readonly at: number;
  /** Whether the policy lets it decide. */
  readonly decides: boolean;
  readonly earned: boolean;
  /** What it has and what is wanted, for people. */
  readonly text: string;
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** Null where the policy asks no LLM. Where it names no model, the best of those that answered counts. */
export async function readLlmRecord(pool: Pool, tenant: string, flow: Flow, policy: unknown): Promise<LlmRecord | null> {
  const rungs = ladderOf(policy)?.rungs ?? [];
  const at = rungs.findIndex(({ rung }) => rung === 'llm');
  if (at < 0) return null;
  const { model, decides, record: wanted } = rungs[at] as LlmRung;
  const { answers } = await readQuality(pool, tenant, flow, { by: 'model', from: null, to: null });
  const all = answers
    .filter(({ name }) => model === undefined || name === model)
    .map(({ name, right, wrong, precision, record }) => {
      const has = { name, judged: right + wrong, precision: record?.precision ?? precision };
      return { ...has, earned: has.judged >= wanted.judgedMin && has.precision !== null && has.precision >= wanted.precisionMin };
    });
  const best = all.sort((one, other) => Number(other.earned) - Number(one.earned) || other.judged - one.judged)[0];
  const wants = `${wanted.judgedMin} judged answers, ${percent(wanted.precisionMin)} of them right`;
  if (best === undefined)
    return {
      at,
      decides,
      earned: false,
      text: `${model === undefined ? 'no LLM has answered anything' : `${model} has answered nothing`} here; the policy wants ${wants}`,
    };
  const has = `${best.name} has ${best.judged} judged answers here, ${best.precision === null ? 'none' : percent(best.precision)} right`;
  return { at, decides, earned: best.earned, text: `${has}; the policy wants ${wants}` };
}
