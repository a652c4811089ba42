/** The receiver to try with, as it is started by hand. The bug this hunts: it takes what nobody signed, or prints what steers a terminal. */
import { spawn } from 'node:child_process';
import { afterEach, expect, it } from '@jest/globals';
import { openOutbound } from '../../src/actions/outbound.ts';
import { sendWebhook } from '../../src/actions/sendWebhook.ts';
import { sendMail } from '../../src/approvals/sendMail.ts';
import { freePort } from '../../src/local/freePort.ts';
import { readConfig } from '../../src/settings/config.ts';
import { LOOPBACK_TARGETS } from '../../src/settings/outboundTarget.ts';
import { ensureBuilt, MAIN } from '../support/built.ts';
import { eventually } from '../support/eventually.ts';

interface Running {
  readonly out: () => string;
  readonly err: () => string;
  /** The exit code. */
  readonly ended: Promise<number | null>;
  stop(): Promise<number | null>;
}

const running: Running[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
});

async function start(args: readonly string[], env: Record<string, string> = {}): Promise<Running> {
  await ensureBuilt();
  const child = spawn(process.execPath, [MAIN, 'receive', ...args], { env: { ...process.env, NODE_ENV: '', NODE_OPTIONS: '', ...env } });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    said.out += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    said.err += String(chunk);
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const one: Running = {
    ...{ out: () => said.out, err: () => said.err, ended },
    stop: () => {
      child.kill('SIGINT');
      return ended;
    },
  };
  running.push(one);
  return one;
}

const body = (subject: string): string =>
  JSON.stringify({ type: 'fraud.release', timestamp: '2026-01-01T00:00:00Z', data: { action: 'release', subject, result: { amount: 3 } } });

it('receive says the settings to start with, and prints what is signed with them', async () => {
  const port = await freePort();
  const receiver = await start(['--port', String(port), '--mail-port', String(await freePort())]);
  await eventually(async () => receiver.err().includes('npm start'));
  const settings = Object.fromEntries([...receiver.err().matchAll(/export (\w+)=(\S+)/g)].map(([, name, value]) => [name, value]));
  // as the service itself reads them
  const { SIGNALBOX_WEBHOOK_URL: url = '', SIGNALBOX_WEBHOOK_SECRET: secret = '' } = readConfig(settings);
  expect(url).toBe(`http://127.0.0.1:${port}/`);
  const target = { url, secret, outbound: openOutbound(LOOPBACK_TARGETS) };
  const message = { id: 'act_fraud.4.release', body: body('c-1\u001b[2J'), sentAtMs: Date.now() };
  expect(await sendWebhook(target, message)).toMatchObject({ result: 'taken', said: 'the receiver answered 204' });
  const { SIGNALBOX_SMTP_URL: smtp = '', SIGNALBOX_MAIL_FROM: from = '' } = readConfig(settings);
  const text = `Grüße: answer at http://127.0.0.1:8080/approve/${'a'.repeat(90)} by noon\u001b[2J`;
  const mail = { id: 'ntc_1', to: 'ann@bank.example', subject: 'Release payment p-2?', text };
  expect(await sendMail({ url: smtp, from }, mail)).toMatchObject({ result: 'taken' });
  await eventually(async () => receiver.out().includes('mail to ann@bank.example: Release payment p-2?\n'));
  expect(receiver.out()).toContain(`  Grüße: answer at http://127.0.0.1:8080/approve/${'a'.repeat(90)} by noon`);
  expect(await sendWebhook(target, message)).toMatchObject({ result: 'taken' });
  await eventually(async () => receiver.out().includes('known already'));
  expect(receiver.out()).toContain('fraud.release  act_fraud.4.release  signature verified\n');
  expect(receiver.out()).toContain('  result: {"amount":3}\n');
  expect(receiver.out()).not.toContain('\u001b');
  const other = { ...target, secret: `whsec_${'c2VjcmV0'.repeat(4)}` };
  expect(await sendWebhook(other, message)).toMatchObject({ result: 'refused', said: 'the receiver answered 401' });
  expect(await sendWebhook(target, { ...message, sentAtMs: Date.now() - 3_600_000 })).toMatchObject({ said: 'the receiver answered 401' });
  await eventually(async () => receiver.out().split('refused: ').length === 3);
  expect(await receiver.stop()).toBe(0);
});

it('receive keeps the secret that is set, prints lines of JSON, and says in one line that its port is in use', async () => {
  const port = String(await freePort());
  const secret = `whsec_${'c2VjcmV0'.repeat(4)}`;
  const receiver = await start(['--port', port, '--mail-port', String(await freePort()), '--json'], { SIGNALBOX_WEBHOOK_SECRET: secret });
  await eventually(async () => receiver.err().includes(secret));
  const target = { url: `http://127.0.0.1:${port}/`, secret, outbound: openOutbound(LOOPBACK_TARGETS) };
  await sendWebhook(target, { id: 'act_fraud.5.release', body: body('c-2'), sentAtMs: Date.now() });
  await eventually(async () => receiver.out().endsWith('\n'));
  expect(JSON.parse(receiver.out())).toMatchObject({
    id: 'act_fraud.5.release',
    verified: true,
    again: false,
    message: { type: 'fraud.release' },
  });
  const second = await start(['--port', port]);
  expect(await second.ended).toBe(2);
  expect(second.err()).toBe(`Cannot listen on 127.0.0.1 port ${port}: EADDRINUSE\n`);
});
