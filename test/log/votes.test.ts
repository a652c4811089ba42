/** The rows of approvals under many hands. The bugs this hunts: two winners, a vote counted twice, a vote nobody can explain afterwards. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApprovalKey, readApproval } from '../../src/approvals/approval.ts';
import { giveVerdict } from '../../src/approvals/approvals.ts';
import type { GivenVerdict } from '../../src/approvals/vote.ts';
import { audit } from '../../src/audit/audit.ts';
import type { Pool } from '../../src/log/db/database.ts';
import type { Notifier } from '../../src/log/db/notify.ts';
import { booking } from '../support/arrivals.ts';
import { type BookedLedger, bookedLedger } from '../support/bookedLedger.ts';
import { openQuestion } from '../support/questions.ts';

const PAIRS = 500;
/** As many as a pool of connections serves without waiting long. */
const AT_ONCE = 5;

let booked: BookedLedger;
let pool: Pool;
let notifier: Notifier;
let position: number;
let turns = 0;

beforeAll(async () => {
  booked = await bookedLedger([{ ...booking({ id: 'one', amount: 5000 }), actor: 'shop' }]);
  ({ pool, notifier } = booked);
  position = booked.positions[0] ?? 0;
});
afterAll(() => booked.close());

async function opened(terms: NonNullable<Parameters<typeof openQuestion>[2]>['terms'] = {}): Promise<ApprovalKey> {
  turns += 1;
  return (await openQuestion(pool, position, { terms, turn: turns })).key;
}

const give = (key: ApprovalKey, actor: string, verdict: 'approve' | 'reject', more: Partial<GivenVerdict> = {}) =>
  giveVerdict({ pool, notifier }, { ...key, actor, verdict, reason: `${actor} says so`, via: 'http', ...more });
const votesOf = async ({ turn }: ApprovalKey) =>
  (await pool.query<{ actor: string }>('select actor from approval_votes where turn = $1 order by version', [turn])).rows.map(
    ({ actor }) => actor,
  );

/** Two people at once; who calls first and who says what changes from pair to pair. */
async function race(key: ApprovalKey, nth: number): Promise<void> {
  const said = nth % 2 === 0 ? (['approve', 'reject'] as const) : (['reject', 'approve'] as const);
  const calls = [() => give(key, 'ann', said[0]), () => give(key, 'bob', said[1])];
  const pair = await Promise.all((nth % 3 === 0 ? calls.reverse() : calls).map((call) => call()));
  expect(pair.map((one) => one?.result).sort()).toEqual(['given', 'lost']);
  const winner = pair.find((one) => one?.result === 'given')?.approval.verdict?.actor;
  expect(pair.map((one) => one?.approval.verdict?.actor)).toEqual([winner, winner]);
  expect(await votesOf(key)).toEqual([winner]);
}

describe('giveVerdict()', () => {
  it(`gives each of ${PAIRS} pairs of opposite verdicts one winner`, async () => {
    for (let at = 0; at < PAIRS; at += AT_ONCE) {
      const keys: ApprovalKey[] = [];
      while (keys.length < AT_ONCE) keys.push(await opened());
      await Promise.all(keys.map((key, nth) => race(key, at + nth)));
    }
  }, 120_000);

  it('counts different actors until enough approve, however they race', async () => {
    const key = await opened({ needed: 3 });
    const results = await Promise.all(['ann', 'bob', 'cem', 'dan', 'eve'].map((actor) => give(key, actor, 'approve')));
    expect(results.map((one) => one?.result).sort()).toEqual(['counted', 'counted', 'given', 'lost', 'lost']);
    expect((await votesOf(key)).length).toBe(3);
  });

  it('lets one rejection decide, and one actor say one thing once', async () => {
    const key = await opened({ needed: 2 });
    expect(await give(key, 'ann', 'approve')).toMatchObject({
      result: 'counted',
      version: 2,
      approval: { state: 'open', needed: 2, verdict: null },
    });
    expect(await give(key, 'ann', 'approve')).toMatchObject({ result: 'same', version: 2 });
    await expect(give(key, 'ann', 'reject')).rejects.toMatchObject({ code: 'already-voted', more: { vote: { verdict: 'approve' } } });
    expect(await give(key, 'bob', 'reject')).toMatchObject({ result: 'given', approval: { state: 'decided', verdict: { actor: 'bob' } } });
    expect(await give(key, 'ann', 'approve')).toMatchObject({ result: 'same' });
    expect(await votesOf(key)).toEqual(['ann', 'bob']);
  });

  it('keeps what was seen: the version that was answered and a hash of what it showed', async () => {
    const key = await opened({ needed: 2 });
    await give(key, 'ann', 'approve');
    await give(key, 'bob', 'approve');
    const kept = await readApproval(pool, key);
    const { question, proposed, evidence } = kept?.approval ?? {};
    const shown = createHash('sha256').update(JSON.stringify({ question, proposed, evidence })).digest('hex');
    expect(kept?.approval.votes).toMatchObject([
      { actor: 'ann', verdict: 'approve', reason: 'ann says so', version: 1, shown, via: 'http' },
      { actor: 'bob', version: 2, shown },
    ]);
  });

  it('refuses the sender of the event where it is not to judge itself, and nobody else', async () => {
    const key = await opened({ notSelf: true });
    const byKey = { proof: { by: 'key' as const, roles: [] } };
    await expect(give(key, 'shop', 'approve', byKey)).rejects.toMatchObject({ code: 'forbidden' });
    expect(await give(key, 'ann', 'approve', byKey)).toMatchObject({ result: 'given' });
    expect(await give(await opened(), 'shop', 'approve', byKey)).toMatchObject({ result: 'given' });
    // with auth off everyone is the same actor, and nobody has proven anything
    expect(await give(await opened({ notSelf: true }), 'shop', 'approve')).toMatchObject({ result: 'given' });
  });

  it('names on the timeline who proved to be it, and masks what they wrote and who only says so', async () => {
    const titles = async (key: ApprovalKey) =>
      (
        await pool.query<{ title: string; detail: string }>(
          'select title, detail from records where event_position = $1 order by position',
          [key.eventPosition],
        )
      ).rows;
    const key = await opened({ needed: 2 });
    await give(key, 'ann@bank.example', 'approve', { reason: 'asked carl@bank.example' });
    await give(key, 'bob@bank.example', 'approve');
    const said = await titles(key);
    expect(said.map(({ title }) => title)).toEqual(
      expect.arrayContaining(['Approved by ann@bank.example: 1 of 2', 'Approved by bob@bank.example']),
    );
    expect(JSON.stringify(said)).toContain('asked [mail]');
    const bare = await opened();
    await give(bare, 'eve@bank.example', 'approve', { via: 'signal' });
    expect((await titles(bare)).map(({ title }) => title)).toContain('Approved by [mail]');
  });

  it('leaves, after all of the above, what the audit finds in order', async () => {
    expect(await audit(pool)).toMatchObject({ ok: true, findings: [] });
  });
});
