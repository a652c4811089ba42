/** The decisions about events, in the order they were made. */
import type { Decision, DecisionDraft } from '../domain/decision.ts';
import { decisionId } from '../domain/ids.ts';
import type { FlowLog } from './caseLog.ts';
import type { Client, Pool } from './db/database.ts';

export interface DecisionRow {
  readonly tenant: string;
  readonly flow: string;
  readonly event_position: number;
  readonly revision: number;
  readonly outcome: string;
  readonly provisional: boolean;
  readonly policy: string;
  readonly at: Date;
  readonly body: string;
}

export async function readDecisions(
  client: Client | Pool,
  { tenant, flow }: FlowLog,
  positions: readonly number[],
): Promise<DecisionRow[]> {
  const { rows } = await client.query<DecisionRow>(
    `select tenant, flow, event_position, revision, outcome, provisional, policy, at, body from decisions
    where tenant = $1 and flow = $2 and event_position = any($3::bigint[]) order by event_position, revision`,
    [tenant, flow, positions],
  );
  return rows;
}

/** `among`: all decisions about its event, which say what it revises. */
export function decisionOf(row: DecisionRow, among: readonly DecisionRow[]): Decision {
  const { tenant, flow, event_position: position, revision, outcome, provisional, policy, at } = row;
  const place = { tenant, log: flow, position };
  const { confidence, score, rung, reasons, result } = JSON.parse(row.body) as Omit<DecisionDraft, 'outcome' | 'provisional'>;
  const revised = among.filter((other) => other.event_position === position && other.revision < revision).at(-1);
  const revises = revised === undefined ? null : decisionId(place, revised.revision);
  return {
    id: decisionId(place, revision),
    outcome,
    confidence,
    score,
    rung,
    reasons,
    result,
    provisional,
    revises,
    policy,
    at: at.toISOString(),
  };
}
