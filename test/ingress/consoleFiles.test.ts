/** The console as the ingress serves it: headers that let nothing foreign in, files that are kept for ever, a page that is asked for anew. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { readAppFiles } from '../../src/console/appFiles.ts';
import { ensureBuilt } from '../support/built.ts';
import { ledger } from '../support/flows.ts';
import { ask } from '../support/http.ts';
import { ingressOfFile } from '../support/ingressOfFile.ts';

const ingress = ingressOfFile({ flows: [ledger], auth: 'keys' });

const POLICY = [
  ...["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "img-src 'self'"],
  ...["frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"],
].join(';');

describe('the console', () => {
  beforeAll(ensureBuilt, 180_000);

  it.each(['/', '/console/inbox', '/console/flows/fraud/subjects/card-1'])(
    '%s is its page, without a key, under a policy that allows nothing inline or foreign',
    async (path) => {
      const { status, headers, text } = await ask(`${ingress.url}${path}`);
      expect([status, headers.get('content-security-policy'), headers.get('cache-control')]).toEqual([200, POLICY, 'no-cache']);
      expect(text).not.toMatch(/<script(?![^>]*src=)|<style|style=|https?:\/\//);
      const again = await ask(`${ingress.url}${path}`, { headers: { 'if-none-match': headers.get('etag') ?? '' } });
      expect([again.status, again.text]).toEqual([304, '']);
    },
  );

  it('/assets/:file is what the page names, kept for ever, gzipped for who takes that', async () => {
    const { text } = await ask(`${ingress.url}/`);
    const [, script = ''] = /src="(\/assets\/[^"]+\.js)"/.exec(text) ?? [];
    const plain = await ask(`${ingress.url}${script}`, { headers: { 'accept-encoding': 'identity' } });
    expect([
      plain.status,
      plain.headers.get('cache-control'),
      plain.headers.get('content-type'),
      plain.headers.get('content-encoding'),
    ]).toEqual([...[200, 'public, max-age=31536000, immutable', 'text/javascript; charset=utf-8', null]]);
    const packed = await ask(`${ingress.url}${script}`, { headers: { 'accept-encoding': 'gzip' } });
    expect([packed.headers.get('content-encoding'), packed.text === plain.text]).toEqual(['gzip', true]);
    expect((await ask(`${ingress.url}/assets/..%2findex.html`)).status).toBe(404);
  });

  it('readAppFiles() finds none where nobody built, and reads what a build left', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'signalbox-test-'));
    expect(readAppFiles([folder])).toBeNull();
    await writeFile(join(folder, 'index.html'), '<p>');
    await writeFile(join(folder, 'index.html.gz'), gzipSync('<p>'));
    await writeFile(join(folder, 'files.json'), '["index.html"]');
    expect(readAppFiles([folder])?.index.type).toBe('text/html; charset=utf-8');
    await rm(folder, { recursive: true });
  });
});
