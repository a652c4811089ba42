/**
 * Cases that ask people. The bugs this hunts: a case that acts before the row says who, why and what they saw; evidence that passes through a history; an
 * unproven signal that counts where it matters who sends it; an approved change that the action does not know of.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readApproval } from '../../src/approvals/approval.ts';
import { giveVerdict } from '../../src/approvals/approvals.ts';
import { handOn } from '../../src/approvals/handOn.ts';
import type { GivenVerdict } from '../../src/approvals/vote.ts';
import type { CaseStatus } from '../../src/workflows/caseShown.ts';
import { type CaseWorld, eventually, openCaseWorld } from '../support/caseWorld.ts';
import { recordHistory } from '../support/recordHistory.ts';
import { payment, reviews } from '../support/reviews.ts';

const key = (eventPosition: number) => ({ tenant: 'default', flow: 'fraud', eventPosition, turn: 0 });
const said = (position: number, actor: string, more: Partial<GivenVerdict> = {}): GivenVerdict => ({
  ...key(position),
  ...{ verdict: 'approve', actor, reason: `${actor} says so`, via: 'http' },
  ...more,
});

/** What votes there are, written down by the database itself at the moment that a decision of a person or an action becomes a row. */
const WITNESS = `
  create table witnessed (what text, event_position bigint, votes text[]);
  create function witness() returns trigger language plpgsql as $$ begin
    insert into witnessed select tg_table_name, new.event_position,
      array(select actor || ' ' || verdict || ' v' || version || ' ' || length(shown) from approval_votes v where v.event_position = new.event_position order by version);
    return new; end $$;
  create trigger witness_decision before insert on decisions for each row when (not new.provisional) execute function witness();
  create trigger witness_action before insert on actions for each row execute function witness();`;

async function opened(world: CaseWorld, card: string, arrival = payment(`p-${card}`, card)): Promise<number> {
  const [accepted] = await world.accept([arrival]);
  const position = accepted?.position ?? 0;
  await eventually(() => readApproval(world.pool, key(position)));
  return position;
}
const ended = (world: CaseWorld, card: string) => world.client.workflow.getHandle(`fraud:${card}`).result();
const actionOf = async (world: CaseWorld, position: number) =>
  (await world.rows<{ action: string; body: string }>('select action, body from actions where event_position = $1', [position]))[0];

describe.each([
  ['cached', undefined],
  ['replayed', 0],
])('a case that asks two people who may change the result, %s', (_name, maxCachedWorkflows) => {
  let world: CaseWorld;
  beforeAll(async () => {
    const changes = { limit: { type: 'number' as const, min: 0, max: 100 } };
    world = await openCaseWorld({
      flows: [reviews({ needed: 2, changes })],
      ...(maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows }),
    });
    await world.pool.query(WITNESS);
  });
  afterAll(async () => {
    await world.close();
  });

  it('fraudCase() acts when the second has approved, with the changes, and finds both votes on their rows before it does', async () => {
    const position = await opened(world, 'two');
    const changes = { limit: 40 };
    expect(await giveVerdict(world, said(position, 'ann', { changes }))).toMatchObject({ result: 'counted' });
    const handle = world.client.workflow.getHandle('fraud:two');
    expect(await handle.query<CaseStatus>('caseStatus')).toMatchObject({ state: 'awaiting-approval' });
    expect(await giveVerdict(world, said(position, 'bob', { changes }))).toMatchObject({ result: 'given' });
    await ended(world, 'two');
    const votes = ['ann approve v1 64', 'bob approve v2 64'];
    expect(await world.rows('select what, votes from witnessed where event_position = $1 order by what', [position])).toEqual([
      { what: 'actions', votes },
      { what: 'decisions', votes },
    ]);
    const { action, body } = (await actionOf(world, position)) ?? { action: '', body: '{}' };
    expect({ action, result: (JSON.parse(body) as { data: { result: object } }).data.result }).toEqual({
      ...{ action: 'release', result: { paymentId: 'p-two', limit: 40 } },
    });
    await recordHistory(world, 'fraud:two', 'fraudCase-two-approve-with-changes');
  });

  it('fraudCase() acts on the verdict of who was handed it while no worker ran', async () => {
    const position = await opened(world, 'handed');
    await world.stopWorker();
    const to = { person: 'cem' };
    const handed = await handOn(world, { ...key(position), actor: 'ann', to, reason: 'not mine', admin: false });
    expect(handed?.approval.handed).toMatchObject({ n: 1, to, by: 'ann' });
    expect(await giveVerdict(world, said(position, 'cem', { verdict: 'reject' }))).toMatchObject({ result: 'given' });
    await world.startWorker();
    await ended(world, 'handed');
    expect((await actionOf(world, position))?.action).toBe('block');
  });

  it('fraudCase() declines at one rejection, and no change comes with it', async () => {
    const position = await opened(world, 'rejected');
    await giveVerdict(world, said(position, 'ann', { changes: { limit: 40 } }));
    await giveVerdict(world, said(position, 'bob', { verdict: 'reject' }));
    await ended(world, 'rejected');
    const { action, body } = (await actionOf(world, position)) ?? { action: '', body: '{}' };
    expect(action).toBe('block');
    expect(body).not.toContain('limit');
  });
});

describe('openApproval()', () => {
  let world: CaseWorld;
  beforeAll(async () => {
    world = await openCaseWorld({ flows: [reviews()] });
  });
  afterAll(async () => {
    await world.close();
  });

  function withData(card: string, more: object): ReturnType<typeof payment> {
    const arrival = payment(`p-${card}`, card);
    const body = JSON.parse(arrival.event.body) as { data: object };
    return { ...arrival, event: { ...arrival.event, body: JSON.stringify({ ...body, data: { ...body.data, ...more } }) } };
  }

  it('gathers what a reviewer may see from the log, and keeps it out of the history', async () => {
    const position = await opened(
      world,
      'seen',
      withData('seen', { pin: 'canary-secret', email: 'canary@personal.example', note: 'x'.repeat(5000) }),
    );
    const { approval } = (await readApproval(world.pool, key(position))) ?? {};
    expect(approval?.evidence).toEqual({
      payment: {
        ...{ paymentId: 'p-seen', cardId: 'seen', terminalId: 'terminal-1', amount: 120, currency: 'EUR' },
        ...{ pin: '[secret]', email: 'canary@personal.example', note: '[too long to show here: see the event]' },
      },
      features: { ratio: 4 },
      score: 0.4,
      provisional: 'review',
      reasons: [
        { code: 'amount-unusual', text: 'the amount is far from the habit', weight: 0.3 },
        { code: 'known-terminal', text: 'the terminal is known', weight: -0.5 },
        { code: 'noted', text: 'weighs nothing' },
      ],
      factors: [
        { code: 'known-terminal', text: 'the terminal is known', weight: -0.5 },
        { code: 'amount-unusual', text: 'the amount is far from the habit', weight: 0.3 },
      ],
      similar: [],
    });
    const history = await world.client.workflow.getHandle('fraud:seen').fetchHistory();
    const opening = (history.events ?? []).filter(
      ({ activityTaskScheduledEventAttributes: scheduled, activityTaskCompletedEventAttributes: completed }) =>
        scheduled != null || completed != null,
    );
    const payloads = opening.flatMap((event) => [
      ...(event.activityTaskScheduledEventAttributes?.input?.payloads ?? []),
      ...(event.activityTaskCompletedEventAttributes?.result?.payloads ?? []),
    ]);
    const texts = payloads.map(({ data }) => Buffer.from(data ?? []).toString('utf8'));
    expect(texts.some((text) => text.includes('milestones'))).toBe(true);
    expect(texts.filter((text) => text.includes('canary') || text.includes('evidence'))).toEqual([]);
  });

  it('shows what was decided in cases like it, and what became of them', async () => {
    const first = await opened(world, 'again', payment('p-again-1', 'again'));
    await giveVerdict(world, said(first, 'ann'));
    await ended(world, 'again');
    const second = await opened(world, 'again', payment('p-again-2', 'again'));
    const similar = (await readApproval(world.pool, key(second)))?.approval.evidence.similar;
    expect(similar).toEqual([
      expect.objectContaining({
        event: `evt_fraud.${first}`,
        decision: `dec_fraud.${first}.1`,
        outcome: 'approve',
        rung: 'human',
        truth: null,
        own: true,
      }),
    ]);
  });

  it("takes an event's expirytime for the deadline where it comes first", async () => {
    const expiresAt = new Date(Date.now() + 4_000_000).toISOString();
    const soon = await opened(world, 'soon', payment('p-soon', 'soon', { expiresAt }));
    const kept = await readApproval(world.pool, key(soon));
    expect(kept?.approval.deadline).toBe(expiresAt);
    // the second reminder and the escalation would come after it
    expect(kept?.rules.milestones?.map(({ kind, nth }) => [kind, nth])).toEqual([['reminder', 0]]);
    const later = await opened(world, 'later', payment('p-later', 'later', { expiresAt: '2100-01-01T00:00:00Z' }));
    const open = await readApproval(world.pool, key(later));
    expect(Date.parse(open?.approval.deadline ?? '') - Date.parse(open?.openedAt ?? '')).toBe(86_400_000);
  });
});

describe.each([
  ['several must approve', { needed: 2 }],
  ['the asked pool has roles', { ask: 'desk', pools: { desk: { roles: ['desk'], mail: [] } }, escalation: [] }],
  ['the sender may not judge itself', { notSelf: true }],
])('a bare signal with keys, where %s', (_name, terms) => {
  let world: CaseWorld;
  beforeAll(async () => {
    world = await openCaseWorld({ flows: [reviews({ ...terms, bySignal: true })], auth: 'keys' });
  });
  afterAll(async () => {
    await world.close();
  });

  it('recordVerdict() drops it, and says so on the timeline', async () => {
    const position = await opened(world, 'card-1');
    const handle = world.client.workflow.getHandle('fraud:card-1');
    const approval = `apr_fraud.${position}.0`;
    await handle.signal('approvalDecided', { approval, verdict: 'approve', actor: 'eve', reason: 'mine' });
    await eventually(async () => (await handle.query<CaseStatus>('caseStatus')).dropped === 1);
    expect((await readApproval(world.pool, key(position)))?.approval).toMatchObject({ state: 'open', votes: [] });
    const noted = await world.rows<{ title: string; detail: string }>(
      "select title, detail from records where event_position = $1 and kind = 'signal'",
      [position],
    );
    expect(noted).toHaveLength(1);
    expect(noted[0]?.title).toBe('A signal to approve does not count: it does not prove who sent it');
    expect(JSON.parse(noted[0]?.detail ?? '')).toEqual({ approval, verdict: 'approve', actor: 'eve', reason: 'mine' });
    await giveVerdict(world, said(position, 'ann', { verdict: 'reject', proof: { by: 'key', roles: ['desk'] } }));
    await handle.result();
    expect(await world.rows('select outcome from decisions where not provisional')).toEqual([{ outcome: 'decline' }]);
  });
});
