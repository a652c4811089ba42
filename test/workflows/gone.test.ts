/** The bugs this hunts: a case that nobody misses while its verdict is there, and a Temporal that is asked about each waiting case for ever. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { readApproval } from '../../src/approvals/approval.ts';
import { giveVerdict } from '../../src/approvals/approvals.ts';
import { type CaseClient, openCaseClient } from '../../src/cases/caseClient.ts';
import { lookAfter } from '../../src/cases/lookAfter.ts';
import { readOpen, type Unsettled } from '../../src/cases/mail.ts';
import { type CaseWorld, eventually, openCaseWorld } from '../support/caseWorld.ts';
import { payment, reviews } from '../support/reviews.ts';

const HOUR_MS = 3_600_000;
const logger = pino({ level: 'silent' });
const about = (eventPosition: number) => ({ tenant: 'default', flow: 'fraud', eventPosition, turn: 0 });

let world: CaseWorld;
let real: CaseClient;

beforeAll(async () => {
  world = await openCaseWorld({ flows: [reviews({}, 'smallCase')], sweepMs: HOUR_MS });
  real = openCaseClient(world.temporal);
});
afterAll(async () => {
  await real.close();
  await world.close();
});

/** A case that waits for a person. */
async function ask(subject: string): Promise<number> {
  const [accepted] = await world.accept([payment(`${subject}-1`, subject)]);
  const position = accepted?.position ?? 0;
  await eventually(() => readApproval(world.pool, about(position)));
  return position;
}

const terminate = (subject: string) => world.client.workflow.getHandle(`fraud:${subject}`).terminate('a test');

/** Its row, once the case has said what it took. */
const row = async (subject: string): Promise<Unsettled> => {
  const key = { tenant: 'default', flow: 'fraud', caseId: `fraud:${subject}` };
  const open = await eventually(async () => {
    const delivery = await readOpen(world.pool, key);
    return delivery !== null && delivery.taken === delivery.sent && delivery;
  });
  return { ...open, quietSeconds: 0 };
};

describe('a case whose run is gone', () => {
  it('begins again when its verdict finds no run, without waiting for a sweep', async () => {
    const position = await ask('told');
    await row('told');
    await terminate('told');
    await giveVerdict(world, { ...about(position), verdict: 'approve', actor: 'ann', reason: 'known', via: 'http' });
    const decided = () => world.rows("select outcome from decisions where subject = 'told' and not provisional");
    expect(await eventually(async () => (await decided()).length > 0 && decided())).toEqual([{ outcome: 'approve' }]);
  });

  it('lookAfter() asks about the ones alone that the list does not name as running', async () => {
    for (const subject of ['runs', 'gone']) await ask(subject);
    const due = [await row('runs'), await row('gone')];
    await terminate('gone');
    await eventually(async () => (await real.running(due.map(({ caseId }) => caseId))).size === 1);
    const looked: string[] = [];
    const cases: CaseClient = {
      ...real,
      look: (caseId) => {
        looked.push(caseId);
        return real.look(caseId);
      },
    };
    const again = await lookAfter({ pool: world.pool, cases, logger }, due);
    expect(await Promise.all(due.map(again))).toEqual([false, true]);
    expect(looked).toEqual(['fraud:gone']);
    expect(await world.rows("select sent, taken from deliveries where case_id = 'fraud:gone'")).toEqual([
      { sent: due[1]?.settled, taken: due[1]?.settled },
    ]);
  });

  it('lookAfter() asks about each where Temporal gives no list', async () => {
    await ask('unlisted');
    const due = [await row('unlisted')];
    const cases: CaseClient = { ...real, running: () => Promise.reject(new Error('no list')) };
    const again = await lookAfter({ pool: world.pool, cases, logger }, due);
    expect(await Promise.all(due.map(again))).toEqual([false]);
  });
});
