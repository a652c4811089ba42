/** Mail against a real SMTP server. The bug this hunts: text of an event that becomes a header, a recipient, or a second mail. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sendMail } from '../../src/approvals/sendMail.ts';
import { openSmtp, type TestSmtp } from '../support/smtp.ts';

const mail = { id: 'ntc_fraud.17.0.opened-0.mail-1', to: 'ann@bank.example', subject: 'Signalbox', text: 'Is it right?' };
const FROM = 'Signalbox <signalbox@bank.example>';

describe('sendMail()', () => {
  let smtp: TestSmtp;
  let code: number | null;
  beforeEach(async () => {
    code = null;
    smtp = await openSmtp(() => code);
  });
  afterEach(() => smtp.close());

  const send = (more: Partial<typeof mail> = {}) => sendMail({ url: smtp.url, from: FROM }, { ...mail, ...more });

  it('sends plain text that a program says it sent, under an id that stays', async () => {
    for (let at = 0; at < 2; at += 1) expect(await send({ text: 'Ümläut und\nzwei Zeilen' })).toMatchObject({ result: 'taken' });
    const [first, second] = smtp.mails;
    expect(first).toMatchObject({ from: 'signalbox@bank.example', to: ['ann@bank.example'], text: 'Ümläut und\nzwei Zeilen\n' });
    const header = (name: string, of = first) => of?.headers.filter(([given]) => given === name).map(([, value]) => value);
    expect(header('content-type')).toEqual([expect.stringContaining('text/plain')]);
    expect(header('auto-submitted')).toEqual(['auto-generated']);
    expect(header('message-id')).toEqual(['<ntc_fraud.17.0.opened-0.mail-1@signalbox>']);
    expect(header('message-id', second)).toEqual(header('message-id'));
  });

  it.each([
    ['a line end', 'x\r\nBcc: eve@evil.example'],
    ['a bare line feed', 'x\nBcc: eve@evil.example\n\nbody'],
    ['a bare carriage return', 'x\rBcc: eve@evil.example'],
    ['line separators', 'x\u2028Bcc: eve@evil.example\u0085Bcc: eve@evil.example'],
    ['an encoded word', 'x =?utf-8?q?=0D=0ABcc:_eve@evil.example?='],
  ])('lets no header in by %s in the subject', async (_name, subject) => {
    expect(await send({ subject })).toMatchObject({ result: 'taken' });
    expect(smtp.mails).toHaveLength(1);
    expect(smtp.mails[0]?.to).toEqual(['ann@bank.example']);
    const names = smtp.mails[0]?.headers.map(([name]) => name);
    expect(names).not.toContain('bcc');
    expect(names?.filter((name) => name === 'subject')).toHaveLength(1);
  });

  it('lets no command in by a text with a lone dot', async () => {
    expect(await send({ text: 'x\r\n.\r\nRCPT TO:<eve@evil.example>\r\n.\r\n' })).toMatchObject({ result: 'taken' });
    expect(smtp.mails).toHaveLength(1);
    expect(smtp.mails[0]?.text).toContain('RCPT TO:<eve@evil.example>');
    expect(smtp.mails[0]?.to).toEqual(['ann@bank.example']);
  });

  it('sends to no second recipient by a strange address', async () => {
    const answer = await send({ to: 'ann@bank.example>\r\nRCPT TO:<eve@evil.example' });
    expect(smtp.mails.flatMap(({ to }) => to)).not.toContain('eve@evil.example');
    expect(['taken', 'refused', 'gone']).toContain(answer.result);
  });

  it.each([
    [451, 'refused'],
    [554, 'refused'],
    [550, 'gone'],
  ])('says of %i that it is %s', async (said, result) => {
    code = said;
    expect(await send()).toMatchObject({ result, said: expect.stringContaining(String(said)) });
  });

  it('says of a server that is away that it refused, and never throws', async () => {
    const { url } = smtp;
    await smtp.close();
    expect(await sendMail({ url, from: FROM }, mail)).toMatchObject({ result: 'refused', said: expect.stringContaining('ECONNREFUSED') });
    smtp = await openSmtp();
  });
});
