/**
 * How a case ends its events: decisions, what follows from them and the events' own endings, in one transaction.
 * An event has one final decision, whoever records it first; everyone after gets that one back.
 */

import { readStanding } from '../actions/actions.ts';
import { settleApprovals } from '../approvals/approvals.ts';
import type { CaseEnding, EndedEvent } from '../domain/caseEnding.ts';
import type { Decision, DecisionDraft } from '../domain/decision.ts';
import { shownText } from '../domain/exposure.ts';
import type { Flow } from '../domain/flow.ts';
import { decisionId } from '../domain/ids.ts';
import { emittedSubject } from '../kit/emissions.ts';
import { withRungCosts } from '../llm/record/rungCosts.ts';
import { type CaseLogDeps, type CaseLogWriter, type CaseRecord, storable, writeCaseLog } from '../log/caseLog.ts';
import { type AskedEmission, askEmissions } from '../log/emit/askEmissions.ts';
import { decisionOf, readDecisions } from '../log/eventDecisions.ts';
import { type CaseKey, settleMail } from '../log/settleMail.ts';
import { type FollowingDeps, planFollowing } from './planFollowing.ts';
import { markStories } from './stories.ts';

const NOTE_CHARS_MAX = 500;

interface Drafted {
  readonly position: number;
  readonly revision: number;
  readonly draft: DecisionDraft;
  readonly policy: string;
}

export async function recordEndings(
  { pool, notifier, notices, ...deps }: FollowingDeps,
  key: CaseKey & { subject: string },
  endings: readonly CaseEnding[],
): Promise<EndedEvent[]> {
  const { tenant, flow, subject } = key;
  const positions = endings.map(({ position }) => position);
  const emissions = emissionsOf(deps.flows, flow, endings);
  const ended = await writeCaseLog(pool, key, async (log) => {
    const before = await readDecisions(log.client, { tenant, flow }, positions);
    const fresh = endings.flatMap(({ position, decision }): Drafted[] => {
      const known = before.filter((row) => row.event_position === position);
      if (decision === undefined || known.some(({ provisional }) => !provisional)) return [];
      return [{ position, revision: Math.max(0, ...known.map(({ revision }) => revision)) + 1, ...decision }];
    });
    const drafted = await withRungCosts(log.client, log, fresh);
    await insertDecisions(log, subject, drafted);
    await log.record(drafted.flatMap((decision) => rungRecords(log, subject, decision)));
    const after = drafted.length === 0 ? before : await readDecisions(log.client, { tenant, flow }, positions);
    const final = new Map(after.filter(({ provisional }) => !provisional).map((row) => [row.event_position, decisionOf(row, after)]));
    await planFollowing(log, { ...deps, key }, { drafted, endings, before, final });
    await endEntries(log, endings);
    await askEmissions(log.client, log, emissions, log.at);
    await markStories(log, key, endings);
    await log.record(storiesPutAside(endings, final, subject));
    await settleApprovals(log, positions, notices);
    await settleMail(log, key, positions);
    const standing = await readStanding(log.client, log, positions);
    return positions.map((position): EndedEvent => {
      const { planned = [], failed = [] } = standing.get(position) ?? {};
      return { position, decision: final.get(position) ?? null, planned, ...(failed.length === 0 ? {} : { failed }) };
    });
  });
  for (const position of positions) notifier.send('signalbox_decided', `${tenant} ${flow} ${position}`);
  return ended;
}

/** Throws `off-schema` for one that its flow may not make. */
function emissionsOf(flows: readonly Flow[], name: string, endings: readonly CaseEnding[]): AskedEmission[] {
  return endings.flatMap(({ position, emits = [] }) =>
    emits.map((emission) => {
      const flow = flows.find((one) => one.name === name);
      if (flow === undefined) throw new Error(`Cannot tell others of ${emission.type} as no flow ${name} is known`);
      return { position, subject: emittedSubject(flow, emission), ...emission };
    }),
  );
}

/** An event that is decided is put aside no more: what is given up is its story. */
function storiesPutAside(endings: readonly CaseEnding[], final: ReadonlyMap<number, Decision>, subject: string): CaseRecord[] {
  return endings
    .filter(({ position, ending }) => ending === 'quarantined' && final.has(position))
    .map(({ position, note }) => ({
      ...{ kind: 'signal', eventPosition: position, subject, key: `story put aside ${position}` },
      ...{ title: 'Its story was given up', detail: { why: shownText(storable(note ?? ''), NOTE_CHARS_MAX) } },
    }));
}

export interface ProvisionalAnswer {
  readonly position: number;
  readonly draft: DecisionDraft;
  readonly policy: string;
}

/** What holds while a slow rung is climbed, where nothing was said about the event before. Again, or late: changes nothing. */
export async function recordProvisional(
  { pool, notifier }: CaseLogDeps,
  { tenant, flow, subject }: CaseKey & { subject: string },
  { position, draft, policy }: ProvisionalAnswer,
): Promise<void> {
  await writeCaseLog(pool, { tenant, flow }, async (log) => {
    const before = await readDecisions(log.client, { tenant, flow }, [position]);
    if (before.length > 0) return;
    await insertDecisions(log, subject, [{ position, revision: 1, draft: { ...draft, provisional: true }, policy }]);
  });
  notifier.send('signalbox_decided', `${tenant} ${flow} ${position}`);
}

async function insertDecisions(log: CaseLogWriter, subject: string, drafted: readonly Drafted[]): Promise<void> {
  if (drafted.length === 0) return;
  const bodies = drafted.map(({ draft: { outcome: _outcome, provisional: _provisional, ...body } }) => JSON.stringify(body));
  await log.client.query(
    `insert into decisions (tenant, log, position, flow, event_position, revision, subject, outcome, provisional, policy, at, body)
    select $1, $2, $3::bigint + q.n, $4, q.event_position, q.revision, $5, q.outcome, q.provisional, q.policy, $6::timestamptz, q.body
    from unnest($7::bigint[], $8::smallint[], $9::text[], $10::bool[], $11::text[], $12::text[]) with ordinality as q(event_position, revision, outcome, provisional, policy, body, n)`,
    [
      ...[log.tenant, log.log, log.draw(drafted.length), log.flow, subject, log.at],
      ...[drafted.map(({ position }) => position), drafted.map(({ revision }) => revision), drafted.map(({ draft }) => draft.outcome)],
      ...[drafted.map(({ draft }) => draft.provisional), drafted.map(({ policy }) => policy), bodies],
    ],
  );
}

/** What the case's own rungs found; the reflex's are in its decision. */
function rungRecords({ tenant, flow }: CaseLogWriter, subject: string, { position, revision, draft }: Drafted) {
  const id = decisionId({ tenant, log: flow, position }, revision);
  const { rung, outcome, confidence, reasons } = draft;
  return [
    {
      kind: 'rung' as const,
      eventPosition: position,
      subject,
      key: `rung ${id}`,
      title: `Decided by ${rung}: ${outcome}`,
      detail: { decision: id, rung, outcome, confidence, reasons },
    },
  ];
}

async function endEntries({ client, tenant, flow }: CaseLogWriter, endings: readonly CaseEnding[]): Promise<void> {
  await client.query(
    `update entries e set ending = ($4::text[])[array_position($3::bigint[], e.position)], note = coalesce(($5::text[])[array_position($3::bigint[], e.position)], e.note)
    where e.tenant = $1 and e.log = $2 and e.position = any($3::bigint[]) and e.ending = 'waiting'`,
    [
      ...[tenant, flow, endings.map(({ position }) => position), endings.map(({ ending }) => ending)],
      endings.map(({ note }) => (note === undefined ? null : shownText(storable(note), NOTE_CHARS_MAX))),
    ],
  );
}
