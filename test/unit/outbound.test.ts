/** The bug this hunts: a check of a name, and then a connection to something else. Real sockets; only the answers of DNS are made up. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type LookUpAll, openOutbound } from '../../src/actions/outbound.ts';
import { sendWebhook } from '../../src/actions/sendWebhook.ts';
import { openReceiver, type Receiver } from '../support/receiver.ts';

const message = { id: 'act_fraud.3.release', body: '{"type":"fraud.release"}', sentAtMs: Date.now() };
const secret = `whsec_${Buffer.from('a secret of the tests').toString('base64')}`;

/** Gives one answer after the other, the last one for ever; counts. */
function answering(...answers: readonly (readonly string[])[]): { lookUp: LookUpAll; asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    lookUp: (name, _options, done) => {
      const addresses = answers[Math.min(asked.length, answers.length - 1)] ?? [];
      asked.push(name);
      done(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    },
  };
}

describe('sendWebhook()', () => {
  let receiver: Receiver;
  let port: string;
  let answer: (nth: number) => number | null;
  const servers: Server[] = [];

  beforeEach(async () => {
    answer = () => 204;
    receiver = await openReceiver((nth) => answer(nth));
    port = new URL(receiver.url).port;
  });
  afterEach(async () => {
    await receiver.close();
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  const send = (host: string, allow: readonly string[], lookUp?: LookUpAll) =>
    sendWebhook({ url: `http://${host}:${port}/hook`, secret, outbound: openOutbound(allow, lookUp) }, message);

  it('calls nothing of this network unless it is told that it may', async () => {
    expect(await sendWebhook({ url: receiver.url, secret }, message)).toEqual({
      result: 'barred',
      said: `${new URL(receiver.url).host} may not be called: 127.0.0.1 is loopback`,
    });
    expect(await send('127.0.0.1', [])).toMatchObject({ result: 'barred' });
    expect(receiver.received).toHaveLength(0);
    expect(await send('127.0.0.1', ['127.0.0.1'])).toMatchObject({ result: 'taken' });
    expect(receiver.received).toHaveLength(1);
  });

  it('does not call a name that stands for an address of this network', async () => {
    // of the system itself: no made-up answer
    expect(await send('localhost', [])).toMatchObject({ result: 'barred', said: expect.stringContaining('is loopback') });
    for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1', '10.0.0.1', '169.254.169.254', '64:ff9b::7f00:1', 'fe80::1%lo'])
      expect(await send('hook.example', [], answering([address]).lookUp)).toMatchObject({ result: 'barred' });
    expect(receiver.received).toHaveLength(0);
  });

  it('does not call a name one of whose addresses is of this network', async () => {
    const { lookUp } = answering(['8.8.8.8', '127.0.0.1']);
    expect(await send('hook.example', [], lookUp)).toMatchObject({
      result: 'barred',
      said: expect.stringContaining('127.0.0.1 is loopback'),
    });
    expect(receiver.received).toHaveLength(0);
  });

  it('connects to the address that it looked at, whatever the name stands for a moment later', async () => {
    const { lookUp, asked } = answering(['127.0.0.1'], ['127.0.0.2']);
    const elsewhere = createServer((_request, response) => response.writeHead(204).end());
    servers.push(elsewhere);
    await new Promise<void>((resolve) => elsewhere.listen(Number(port), '127.0.0.2', resolve));
    let calls = 0;
    elsewhere.on('connection', () => {
      calls += 1;
    });
    const target = { url: `http://hook.example:${port}/hook`, secret, outbound: openOutbound(['127.0.0.1'], lookUp) };
    expect(await sendWebhook(target, message)).toMatchObject({ result: 'taken' });
    expect(asked).toEqual(['hook.example']);
    // another connection asks again, and is told the other address
    const again = { ...target, outbound: openOutbound(['127.0.0.1'], lookUp) };
    expect(await sendWebhook(again, message)).toMatchObject({ result: 'barred', said: expect.stringContaining('127.0.0.2 is loopback') });
    expect([receiver.received.length, calls]).toEqual([1, 0]);
  });

  it('calls a name that is allowed, whatever it stands for', async () => {
    expect(await send('hook.internal', ['hook.internal'], answering(['127.0.0.1']).lookUp)).toMatchObject({ result: 'taken' });
    expect(receiver.received[0]?.headers.host).toBe(`hook.internal:${port}`);
  });

  it('tries again later where a name cannot be looked up', async () => {
    const failing: LookUpAll = (_name, _options, done) => done(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), []);
    expect(await send('hook.example', [], failing)).toEqual({ result: 'refused', said: 'ENOTFOUND' });
  });

  it.each([301, 302, 303, 307, 308])('follows no redirect: %d', async (status) => {
    const elsewhere = await openReceiver();
    const redirecting = createServer((_request, response) => response.writeHead(status, { location: elsewhere.url }).end());
    servers.push(redirecting);
    await new Promise<void>((resolve) => redirecting.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(redirecting.address() as AddressInfo).port}/`;
    const sent = await sendWebhook({ url, secret, outbound: openOutbound(['127.0.0.0/8']) }, message);
    expect(sent).toEqual({ result: 'refused', said: `the receiver answered ${status}, and redirects are not followed` });
    expect(elsewhere.received).toHaveLength(0);
    await elsewhere.close();
  });

  it('reads no more of an answer than it must', async () => {
    let written = 0;
    const flooding = createServer((_request, response) => {
      response.writeHead(200);
      const chunk = Buffer.alloc(64 * 1024);
      const more = (): void => {
        while (!response.destroyed && written < 1e9 && response.write(chunk)) written += chunk.length;
      };
      response.on('drain', more);
      more();
    });
    servers.push(flooding);
    await new Promise<void>((resolve) => flooding.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(flooding.address() as AddressInfo).port}/`;
    expect(await sendWebhook({ url, secret, outbound: openOutbound(['127.0.0.1']) }, message)).toMatchObject({ result: 'taken' });
    expect(written).toBeLessThan(64 * 1024 * 1024);
  });

  it('refuses headers without end', async () => {
    const boasting = createServer((_request, response) => response.writeHead(200, { 'x-long': 'x'.repeat(64 * 1024) }).end());
    servers.push(boasting);
    await new Promise<void>((resolve) => boasting.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(boasting.address() as AddressInfo).port}/`;
    expect(await sendWebhook({ url, secret, outbound: openOutbound(['127.0.0.1']) }, message)).toEqual({
      result: 'refused',
      said: 'UND_ERR_HEADERS_OVERFLOW',
    });
  });
});
