/** What follows from the decisions about events that a case ends: those that it makes, and those that its reflex made to be acted on. */
import { planActions, planAsked } from '../actions/planActions.ts';
import type { ApprovalDeps } from '../approvals/approvals.ts';
import type { CaseEnding } from '../domain/caseEnding.ts';
import type { Decision } from '../domain/decision.ts';
import type { Flow } from '../domain/flow.ts';
import type { CaseLogDeps, CaseLogWriter } from '../log/caseLog.ts';
import type { DecisionRow } from '../log/eventDecisions.ts';
import type { Policies } from '../log/policies.ts';
import type { CaseKey } from '../log/settleMail.ts';
import type { DecidedBy } from '../policy/followingActions.ts';

export interface FollowingDeps extends CaseLogDeps, Pick<ApprovalDeps, 'notices'> {
  readonly flows: readonly Flow[];
  readonly policies: Policies;
  /** Whether anybody is told of revisions. */
  readonly announces: boolean;
}

interface Following {
  readonly position: number;
  readonly by: DecidedBy;
  /** The version that the decision was made with. */
  readonly policy: string;
}

export interface Ended {
  /** Decided now. */
  readonly drafted: readonly { readonly position: number; readonly policy: string }[];
  readonly endings: readonly CaseEnding[];
  /** All decisions from before. */
  readonly before: readonly DecisionRow[];
  readonly final: ReadonlyMap<number, Decision>;
}

export async function planFollowing(
  log: CaseLogWriter,
  { flows, policies, announces, key }: Pick<FollowingDeps, 'flows' | 'policies' | 'announces'> & { key: CaseKey & { subject: string } },
  ended: Ended,
): Promise<void> {
  const drafted = ended.drafted.map(({ position, policy }): Following => ({ position, by: 'case', policy }));
  const following = [...drafted, ...(await findActing(log, key, ended))];
  const asked = findAsked(ended);
  if (following.length + asked.length === 0) return;
  const flow = flows.find(({ name }) => name === log.flow);
  if (flow === undefined) throw new Error(`Cannot plan what follows from a decision as no flow ${log.flow} is known`);
  const contents = new Map<string, unknown>();
  for (const version of new Set([...following, ...asked].map(({ policy }) => policy)))
    contents.set(version, (await policies.get(log.client, log.tenant, flow, version)).policy);
  await planActions(
    log,
    { subject: key.subject, announces },
    following.map(({ position, by, policy }) => ({
      ...{ position, by, policy: contents.get(policy) },
      decision: ended.final.get(position) as Decision,
      said: ended.before.findLast((row) => row.event_position === position && row.provisional) ?? null,
    })),
  );
  for (const { position, by, policy, name } of asked)
    await planAsked(log, key.subject, {
      position,
      by,
      name,
      decision: ended.final.get(position) as Decision,
      policy: contents.get(policy),
    });
}

/** Actions that stories ask for, of decisions that are made. */
function findAsked({ endings, before }: Ended): (Following & { readonly name: string })[] {
  return endings.flatMap(({ position, asks: name }) => {
    const row = before.find((one) => one.event_position === position && !one.provisional);
    if (name === undefined || row === undefined) return [];
    return [{ position, by: row.revision === 0 ? ('reflex' as const) : ('case' as const), policy: row.policy, name }];
  });
}

/** Of the events that the reflex decided and left to be acted on: those whose actions are not planned yet. */
async function findActing({ client }: CaseLogWriter, { tenant, flow, caseId }: CaseKey, { endings, before }: Ended): Promise<Following[]> {
  const undecided = new Set(endings.flatMap(({ position, ending, decision }) => (ending === 'case' && !decision ? [position] : [])));
  const ofReflex = before.filter((row) => !row.provisional && row.revision === 0 && undecided.has(row.event_position));
  if (ofReflex.length === 0) return [];
  const { rows } = await client.query<{ position: number }>(
    `select m.position from mailboxes m where m.tenant = $1 and m.flow = $2 and m.case_id = $3 and m.position = any($4::bigint[]) and m.why in ('act', 'look')
      and (select count(*) from actions a where a.tenant = $1 and a.flow = $2 and a.event_position = m.position) = 0`,
    [tenant, flow, caseId, ofReflex.map((row) => row.event_position)],
  );
  // of one that is looked at again, its policy may let nothing follow
  const acting = new Set(rows.map(({ position }) => position));
  return ofReflex
    .filter((row) => acting.has(row.event_position))
    .map((row) => ({ position: row.event_position, by: 'reflex', policy: row.policy }));
}
