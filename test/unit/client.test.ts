/** The client that others use: that it needs nothing but what a browser has, and verifies what we sign. The bugs this hunts: an import that a browser does not know; a changed byte, a stale time or another secret that passes. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { NotVerified, verifyWebhook } from '../../src/client/index.ts';

const SECRET = `whsec_${Buffer.alloc(24, 3).toString('base64')}`;
const OTHER = `whsec_${Buffer.alloc(24, 4).toString('base64')}`;
const NOW_MS = 1_750_000_000_000;
const BODY = '{"type":"fraud.release","data":{"m":"🚀 é \ufffd"}}';

const signed = (atMs = NOW_MS, secret = SECRET) => ({
  'webhook-id': 'act_1',
  'webhook-timestamp': String(Math.floor(atMs / 1000)),
  'webhook-signature': new Webhook(secret).sign('act_1', new Date(atMs), BODY),
});
const verify = (body: string | Uint8Array, headers: Record<string, string> | Headers, secrets: string | string[] = SECRET) =>
  verifyWebhook(body, headers, { secrets, nowMs: NOW_MS });

describe('verifyWebhook()', () => {
  it('gives the message of what our library signs, as text or bytes, from either kind of headers, with any of several secrets', async () => {
    const message = JSON.parse(BODY);
    expect(await verify(BODY, signed())).toEqual(message);
    expect(await verify(Buffer.from(BODY), new Headers(signed()))).toEqual(message);
    expect(await verify(BODY, signed(), [OTHER, SECRET])).toEqual(message);
    expect(await verify(BODY, signed(), SECRET.slice(6))).toEqual(message);
  });

  it.each([
    ['a changed byte', Buffer.from(BODY.replace('release', 'releasE')), signed()],
    [
      'a byte that reads as the same text',
      Buffer.concat([Buffer.from(BODY.slice(0, -4)), Buffer.from([0xff]), Buffer.from('"}}')]),
      signed(),
    ],
    ['what was parsed and printed again', JSON.stringify(JSON.parse(BODY), null, 1), signed()],
    ['another secret', BODY, signed(NOW_MS, OTHER)],
    ['a stale time', BODY, signed(NOW_MS - 301_000)],
    ['a time of next year', BODY, signed(NOW_MS + 31_536_000_000)],
    ['a time that is none', BODY, { ...signed(), 'webhook-timestamp': '1e9' }],
    ['no signature', BODY, { ...signed(), 'webhook-signature': '' }],
    ['a signature that is no base64', BODY, { ...signed(), 'webhook-signature': 'v1,$$$ v2,x' }],
  ])('refuses %s', async (_name, body, headers) => {
    await expect(verify(body, headers)).rejects.toThrow(NotVerified);
  });
});

describe('signalbox/client', () => {
  it('imports nothing that is not of its own sources', () => {
    const root = fileURLToPath(new URL('../../src', import.meta.url));
    const foreign: string[] = [];
    const seen = new Set<string>();
    const look = (file: string): void => {
      if (seen.has(file)) return;
      seen.add(file);
      const text = readFileSync(file, 'utf8');
      // types are gone when it runs
      for (const [, specifier = ''] of text.matchAll(/^(?:import|export) (?!type )[^;]*?from '([^']+)';/gms)) {
        if (specifier.startsWith('.')) look(join(dirname(file), specifier));
        else foreign.push(`${file}: ${specifier}`);
      }
      for (const [found] of text.matchAll(/\b(Buffer|process|require)[.(]/g)) foreign.push(`${file}: ${found}`);
    };
    look(join(root, 'client/index.ts'));
    expect(foreign).toEqual([]);
    expect(seen.size).toBeGreaterThan(5);
  });
});
