/** What must hold after all that was broken: each finding is a guarantee that was not kept. */
import { isDeepStrictEqual } from 'node:util';
import pg from 'pg';
import type { Decision } from '../../src/domain/decision.ts';
import type { Approval } from '../../src/wire/approval.ts';
import type { Receipt } from '../../src/wire/receipt.ts';
import { signalbox } from '../support/command.ts';
import { openService } from '../support/service.ts';
import type { SignedReceiver } from '../support/signedReceiver.ts';
import type { TestStack } from '../support/stack.ts';
import type { Kill } from './faultsKills.ts';
import type { Accepted } from './faultsLoad.ts';
import type { Reviewer } from './faultsVerdicts.ts';

export interface Evidence {
  readonly stack: TestStack;
  readonly accepted: readonly Accepted[];
  readonly reviewer: Reviewer;
  readonly receiver: SignedReceiver;
  readonly kills: readonly Kill[];
}

type StoredEvent = Receipt & { position: number; cloudevent: Record<string, unknown>; decisions: Decision[] };

/** A try that was answered and not recorded, as its worker or the database was killed around then, comes again. */
const AROUND_MS = 10_000;
/** The receiver's clock and the database's are one machine's; this is how long a commit may take. */
const CLOCK_MS = 100;

function checkEvents(accepted: readonly Accepted[], stored: readonly StoredEvent[]): string[] {
  const findings: string[] = [];
  const known = new Map<string, StoredEvent>();
  for (const event of stored) {
    if (known.has(event.id)) findings.push(`${event.id} is stored twice`);
    known.set(event.id, event);
  }
  const last = new Map<string, number>();
  for (const { sent, receipt, card } of accepted) {
    const event = known.get(receipt.id);
    if (event === undefined) findings.push(`${receipt.id} was answered with a 2xx and is lost`);
    if (event === undefined) continue;
    if (event.event !== receipt.event || !isDeepStrictEqual(event.cloudevent, sent))
      findings.push(`${receipt.id} is stored otherwise than sent`);
    if (event.position <= (last.get(card) ?? 0)) findings.push(`${receipt.id} stands before what ${card} sent earlier`);
    last.set(card, event.position);
    const finals = event.decisions.filter(({ provisional }) => !provisional);
    if (finals.length !== (event.status === 'decided' ? 1 : 0))
      findings.push(`${receipt.id} is ${event.status} with ${finals.length} final decisions`);
    if (event.status === 'signalled') findings.push(`${receipt.id} still waits`);
    if (receipt.decision !== null && !event.decisions.some((decision) => isDeepStrictEqual(decision, receipt.decision)))
      findings.push(`${receipt.id} was told a decision that is not kept`);
  }
  return findings;
}

function checkDeliveries({ receiver, kills }: Evidence, ended: ReadonlyMap<string, number>): { findings: string[]; repeated: number } {
  const findings = receiver.refusals.map((why) => `an action was signed wrongly: ${why}`);
  let repeated = 0;
  const first = new Map<string, { body: string; takenMs: number | null }>();
  const keys = new Map<string, string>();
  for (const { key, body, atMs, status } of receiver.deliveries) {
    const { event } = (JSON.parse(body) as { data: { event: string } }).data;
    if ((keys.get(event) ?? key) !== key) findings.push(`${event} has two keys: ${keys.get(event)} and ${key}`);
    keys.set(event, key);
    const before = first.get(key);
    if (before !== undefined && before.body !== body) findings.push(`${key} was sent with two bodies`);
    if (before?.takenMs != null) {
      const { takenMs } = before;
      repeated += 1;
      const explained = kills.some(
        ({ name, atMs: killMs }) => (name === 'worker' || name === 'postgres') && Math.abs(killMs - takenMs) < AROUND_MS,
      );
      if (!explained) findings.push(`${key} was sent again after a 2xx, and nothing was killed around then`);
    }
    if (atMs > (ended.get(key) ?? Number.POSITIVE_INFINITY) + CLOCK_MS) findings.push(`${key} was sent after its success was recorded`);
    first.set(key, { body, takenMs: before?.takenMs ?? (status < 300 ? atMs : null) });
  }
  return { findings, repeated };
}

async function rows<Row extends object>(stack: TestStack, query: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: (await stack.run()).database ?? '' });
  await client.connect();
  try {
    return (await client.query<Row>(query)).rows;
  } finally {
    await client.end();
  }
}

const ACTIONS = 'select key, state, ended_at as ended from actions';
/** A case that does not hear its verdict shows here, where others free it later. */
const LONGEST = `select coalesce(max(extract(epoch from d.at - a.decided_at)), 0)::float8 as seconds from approvals a
  join decisions d using (tenant, flow, event_position) where a.state = 'decided' and a.via <> 'default' and not d.provisional`;

/** Prints figures; gives findings. */
export async function check(evidence: Evidence): Promise<string[]> {
  const { stack, accepted, reviewer, receiver } = evidence;
  const service = openService(stack.url);
  const stored = await service.list<StoredEvent>('/v1/events?flow=fraud');
  const findings = checkEvents(accepted, stored);

  const actions = await rows<{ key: string; state: string; ended: Date | null }>(stack, ACTIONS);
  const [longest] = await rows<{ seconds: number }>(stack, LONGEST);
  const sent = new Set(receiver.deliveries.map(({ key }) => key));
  for (const { key, state } of actions) {
    if (state !== 'done' || !sent.has(key)) findings.push(`${key} is ${state}${sent.has(key) ? '' : ' and was never received'}`);
  }
  const ended = new Map(actions.flatMap(({ key, ended: at }) => (at === null ? [] : [[key, at.getTime()] as const])));
  const deliveries = checkDeliveries(evidence, ended);
  findings.push(...deliveries.findings);

  const approvals = await service.list<Approval>('/v1/approvals?state=all');
  for (const { id, verdict } of approvals) {
    const given = reviewer.given.get(id);
    if (given !== undefined && verdict?.verdict !== given) findings.push(`the verdict ${given} on ${id} counted and is not kept`);
  }
  const environment = { SIGNALBOX_DATA: stack.data };
  const [audit, rebuilt] = [
    await signalbox(['audit', '--json'], environment),
    await signalbox(['rebuild', '--flow', 'fraud'], environment),
  ];
  if (audit.code !== 0) findings.push(`audit exits ${audit.code}: ${audit.output}${audit.errors}`);
  if (rebuilt.code !== 0) findings.push(`rebuild exits ${rebuilt.code}: ${rebuilt.output}${rebuilt.errors}`);
  console.log(
    `accepted ${accepted.length}, stored ${stored.length}; approvals ${approvals.length}, verdicts that counted ${reviewer.given.size}`,
  );
  console.log(`from a verdict to the decision by it at most ${longest?.seconds.toFixed(1)} s`);
  console.log(
    `actions ${actions.length}, tries received ${receiver.deliveries.length}, repeated as a kill took their answer ${deliveries.repeated}`,
  );
  console.log(`audit exits ${audit.code}: ${JSON.stringify(JSON.parse(audit.output || '{}').flows)}; rebuild exits ${rebuilt.code}`);
  return findings;
}
