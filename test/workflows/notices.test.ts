/** People are told of approvals. The bugs this hunts: a case that waits for a mail server, somebody told twice or never, a link that leads nowhere. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { enableReceiver, listReceivers } from '../../src/actions/receivers.ts';
import { readApproval } from '../../src/approvals/approval.ts';
import { giveVerdict } from '../../src/approvals/approvals.ts';
import { followLink } from '../../src/approvals/links.ts';
import { findUntold } from '../../src/approvals/noticeTries.ts';
import { askFurther } from '../../src/approvals/questions.ts';
import { type CaseWorld, eventually, openCaseWorld } from '../support/caseWorld.ts';
import { recordHistory } from '../support/recordHistory.ts';
import { payment, reviews } from '../support/reviews.ts';
import { openSignedReceiver, type SignedReceiver } from '../support/signedReceiver.ts';
import { openSmtp, type TestSmtp } from '../support/smtp.ts';

const key = (eventPosition: number) => ({ tenant: 'default', flow: 'fraud', eventPosition, turn: 0 });
const POOLS = {
  desk: { roles: ['desk'], mail: ['Ann@Bank.example', 'bob@bank.example'] },
  leads: { roles: ['lead'], mail: ['lead@bank.example', 'bob@bank.example'] },
};
const TERMS = {
  ask: 'desk',
  pools: POOLS,
  deadlineSeconds: 86_400,
  remindersSeconds: [2],
  escalation: [{ afterSeconds: 4, to: 'leads' }],
};
const CHANNELS = { webhook: true, mail: true };

interface Row {
  key: string;
  kind: string;
  channel: string;
  recipient: string | null;
  state: string;
  tries: number;
}

const noticesOf = (world: CaseWorld, position: number) =>
  world.rows<Row>('select key, kind, channel, recipient, state, tries from notices where event_position = $1 order by created_at, key', [
    position,
  ]);

async function opened(world: CaseWorld, id: string, paymentId = id): Promise<number> {
  const arrival = payment(paymentId, id);
  const [accepted] = await world.accept([{ ...arrival, event: { ...arrival.event, id } }]);
  const position = accepted?.position ?? 0;
  await eventually(() => readApproval(world.pool, key(position)));
  return position;
}

describe('notices', () => {
  let smtp: TestSmtp;
  let receiver: SignedReceiver;
  let world: CaseWorld;
  beforeAll(async () => {
    smtp = await openSmtp();
    receiver = await openSignedReceiver();
    world = await openCaseWorld({
      flows: [reviews(TERMS)],
      notices: {
        webhook: { url: receiver.url, secret: receiver.secret },
        mail: { url: smtp.url, from: 'signalbox@bank.example' },
        publicUrl: 'https://approvals.example',
      },
    });
  });
  afterAll(async () => {
    await world.close();
    await Promise.all([smtp.close(), receiver.close()]);
  });

  it('sendNotice() tells by webhook and mail, once each: opened, reminded, escalated, asked, decided', async () => {
    const position = await opened(world, 'told');
    const id = `apr_fraud.${position}.0`;
    const sent = async (kind: string, count: number) =>
      eventually(async () => {
        const rows = (await noticesOf(world, position)).filter((row) => row.kind === kind);
        return rows.length === count && rows.every(({ state }) => state === 'sent') && rows;
      });
    expect((await sent('opened', 3)).map(({ recipient }) => recipient).sort()).toEqual(['ann@bank.example', 'bob@bank.example', null]);
    await sent('reminder', 3);
    expect((await sent('escalated', 3)).map(({ recipient }) => recipient).sort()).toEqual(['bob@bank.example', 'lead@bank.example', null]);
    const further = { ...key(position), actor: 'ann', question: 'Is the customer\nabroad?' };
    for (let at = 0; at < 2; at += 1) await askFurther({ ...world, notices: CHANNELS }, further);
    await sent('question', 4);
    expect(smtp.mails.find(({ text }) => text.includes('A reviewer asks:'))?.text).toContain('\n> Is the customer abroad?\n');
    await giveVerdict({ ...world, notices: CHANNELS }, { ...key(position), verdict: 'reject', actor: 'ann', reason: 'no', via: 'http' });
    expect((await sent('decided', 4)).map(({ recipient }) => recipient).sort()).toEqual([
      'ann@bank.example',
      'bob@bank.example',
      'lead@bank.example',
      null,
    ]);
    const told = receiver.deliveries.map(({ body }) => JSON.parse(body) as { type: string; data: Record<string, unknown> });
    expect(told.map(({ type }) => type)).toEqual([
      'fraud.approval-opened',
      'fraud.approval-reminder',
      'fraud.approval-escalated',
      'fraud.approval-question',
      'fraud.approval-decided',
    ]);
    expect(told[0]?.data).toMatchObject({ approval: id, flow: 'fraud', subject: 'told', default: 'decline', needed: 1, asked: ['desk'] });
    expect(told[0]?.data).not.toHaveProperty('evidence');
    expect(told[2]?.data).toMatchObject({ to: 'leads' });
    expect(told[4]?.data).toMatchObject({ state: 'decided', verdict: { verdict: 'reject', actor: 'ann', via: 'http' } });
    expect(receiver.refusals).toEqual([]);
    expect(new Set(receiver.deliveries.map(({ key: given }) => given)).size).toBe(5);
    await recordHistory(world, `ntc_fraud.${position}.0.opened-0.webhook`, 'noticeRun-sent');
    await world.client.workflow.getHandle('fraud:told').result();
    await recordHistory(world, 'fraud:told', 'fraudCase-reminded-and-escalated');
  });

  it('a mail says what is asked, until when, what else happens, and where to answer', async () => {
    const position = await opened(world, 'mailed');
    const mail = await eventually(async () =>
      smtp.mails.find(({ to, text }) => to.includes('ann@bank.example') && text.includes(`apr_fraud.${position}.0`)),
    );
    const { approval } = (await readApproval(world.pool, key(position))) ?? {};
    for (const part of ['Release payment mailed of 120 EUR', `Deadline: ${approval?.deadline}`, 'Without a verdict until then: decline'])
      expect(mail.text).toContain(part);
    const subject = mail.headers.find(([name]) => name === 'subject')?.[1];
    expect(subject).toBe(`Signalbox: apr_fraud.${position}.0 asks for a verdict`);
    const token = /^https:\/\/approvals\.example\/approve\/([A-Za-z0-9_-]{43})$/m.exec(mail.text)?.[1] ?? '';
    expect(await followLink(world.pool, token)).toMatchObject({
      link: { mail: 'ann@bank.example', used: false, expired: false },
      kept: { key: key(position) },
    });
    // nothing that is kept or recorded holds it
    const { rows } = await world.pool.query<{ text: string }>(
      'select n::text as text from notices n union all select r::text from records r',
    );
    expect(rows.some(({ text }) => text.includes(token))).toBe(false);
  });

  it('a mail quotes text of an event on one line of its own', async () => {
    const position = await opened(world, 'hostile', 'x\r\nBcc: eve@evil.example\r\n\r\nhttps://evil.example/approve/\u202e');
    const mail = await eventually(async () => smtp.mails.find(({ text }) => text.includes(`apr_fraud.${position}.0`)));
    const lines = mail.text.split('\n').filter((line) => line.includes('evil.example'));
    expect(lines).toEqual([expect.stringMatching(/^> Release payment x Bcc: \S+ https:\/\/evil\.example\/approve\/ of 120 EUR/)]);
    expect(mail.headers.some(([name]) => name === 'bcc')).toBe(false);
  });

  it('sendNotice() sends nothing again that it sent, however often it is told', async () => {
    const position = await opened(world, 'again');
    const rows = await eventually(async () => {
      const sent = (await noticesOf(world, position)).filter(({ kind, state }) => kind === 'opened' && state === 'sent');
      return sent.length === 3 && sent;
    });
    const mailed = () =>
      smtp.mails.filter(({ text }) => text.includes(`apr_fraud.${position}.0 of the flow fraud asks for a verdict`)).length;
    const hooked = () => receiver.deliveries.filter(({ key: id }) => rows.some((row) => row.key === id)).length;
    expect([mailed(), hooked()]).toEqual([2, 1]);
    for (const { key: id } of rows) {
      const handle = await world.client.workflow.start('noticeRun', {
        workflowId: `${id}-again`,
        taskQueue: 'signalbox',
        args: [{ tenant: 'default', key: id }],
      });
      await handle.result();
    }
    expect([mailed(), hooked()]).toEqual([2, 1]);
    expect((await noticesOf(world, position)).filter(({ kind }) => kind === 'opened').every(({ tries }) => tries === 1)).toBe(true);
  });
});

describe('notices that nobody takes', () => {
  it('sendNotice() tries five times, then says on the timeline that nobody was told; the case has long gone on', async () => {
    const smtp = await openSmtp(() => 451);
    const receiver = await openSignedReceiver((nth) => (nth < 2 ? 500 : 204));
    const world = await openCaseWorld({
      flows: [reviews({ ...TERMS, remindersSeconds: [], escalation: [] })],
      notices: {
        webhook: { url: receiver.url, secret: receiver.secret },
        mail: { url: smtp.url, from: 'signalbox@bank.example' },
        publicUrl: 'https://approvals.example',
      },
      noticeScheduleMs: [0, 1, 1, 1, 1],
    });
    try {
      const position = await opened(world, 'away');
      const failed = await eventually(async () => {
        const rows = await noticesOf(world, position);
        return rows.every(({ state }) => state !== 'waiting') && rows;
      });
      expect(failed.map(({ channel, state, tries }) => [channel, state, tries]).sort()).toEqual([
        ['mail', 'failed', 5],
        ['mail', 'failed', 5],
        ['webhook', 'sent', 3],
      ]);
      expect(new Set(receiver.deliveries.map(({ body, key: id }) => `${id} ${body}`)).size).toBe(1);
      const noted = await world.rows<{ title: string }>("select title from records where event_position = $1 and key like 'ntc_%'", [
        position,
      ]);
      expect(noted.map(({ title }) => title)).toEqual(Array(2).fill('Nobody could be told by mail: opened'));
      await giveVerdict(world, { ...key(position), verdict: 'approve', actor: 'ann', reason: 'ok', via: 'http' });
      await world.client.workflow.getHandle('fraud:away').result();
      expect(await world.rows('select outcome from decisions where event_position = $1 and not provisional', [position])).toEqual([
        { outcome: 'approve' },
      ]);
      expect(await findUntold(world.pool, 10)).toEqual([]);
    } finally {
      await world.close();
      await Promise.all([smtp.close(), receiver.close()]);
    }
  });

  it('a case ends while its mail server does not answer, and what comes too late is not sent', async () => {
    const smtp = await openSmtp(() => 451);
    const world = await openCaseWorld({
      flows: [reviews({ ...TERMS, remindersSeconds: [], escalation: [] })],
      notices: { webhook: null, mail: { url: smtp.url, from: 'signalbox@bank.example' }, publicUrl: 'https://approvals.example' },
      noticeScheduleMs: [0, 3000, 60_000, 60_000, 60_000],
    });
    try {
      const position = await opened(world, 'slow');
      await eventually(async () => (await noticesOf(world, position)).every(({ tries }) => tries === 1));
      await giveVerdict(world, { ...key(position), verdict: 'approve', actor: 'ann', reason: 'ok', via: 'http' });
      await world.client.workflow.getHandle('fraud:slow').result();
      expect((await noticesOf(world, position)).map(({ state }) => state)).toEqual(['waiting', 'waiting']);
      await eventually(async () => (await noticesOf(world, position)).every(({ state }) => state === 'late'));
    } finally {
      await world.close();
      await smtp.close();
    }
  });

  it('sendNotice() sends nothing more to a receiver that answered 410, until somebody enables it', async () => {
    const receiver = await openSignedReceiver(() => (receiver.deliveries.length === 0 ? 410 : 204));
    const world = await openCaseWorld({
      flows: [reviews({ ...TERMS, remindersSeconds: [], escalation: [] })],
      notices: { webhook: { url: receiver.url, secret: receiver.secret }, mail: null, publicUrl: 'https://approvals.example' },
    });
    const told = async (card: string): Promise<string> => {
      const position = await opened(world, card);
      return eventually(async () => (await noticesOf(world, position)).map(({ state }) => state).find((state) => state !== 'waiting'));
    };
    try {
      expect(await told('gone-1')).toBe('failed');
      expect(await told('gone-2')).toBe('failed');
      expect(receiver.deliveries).toHaveLength(1);
      const [disabled] = (await listReceivers(world.pool, 'default', { limit: 9 })).receivers;
      expect(disabled).toMatchObject({ state: 'disabled', why: expect.stringMatching(/^answered 410 to ntc_/) });
      await enableReceiver(world.pool, { tenant: 'default', id: disabled?.id ?? '', actor: 'ann' });
      expect(await told('gone-3')).toBe('sent');
      expect(receiver.deliveries).toHaveLength(2);
    } finally {
      await world.close();
      await receiver.close();
    }
  });

  it('nothing configured: no notice is written', async () => {
    const world = await openCaseWorld({ flows: [reviews(TERMS)] });
    try {
      const position = await opened(world, 'quiet');
      await giveVerdict(world, { ...key(position), verdict: 'approve', actor: 'ann', reason: 'ok', via: 'http' });
      await world.client.workflow.getHandle('fraud:quiet').result();
      expect(await world.rows('select 1 from notices')).toEqual([]);
    } finally {
      await world.close();
    }
  });
});
