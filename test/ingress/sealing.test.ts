/**
 * Secrets of providers and brokers at rest. The bugs this hunts: a copy of the database that can sign; a key that was changed and left rows behind that nothing
 * opens; a sealed text that is good in another row; a sender that is told its signature is wrong because a key was forgotten.
 */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { Webhook } from 'standardwebhooks';
import { lookAtSecrets } from '../../src/cli/doctor/secrets.ts';
import { joined, parted } from '../../src/ingress/brokers/address.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { readSealings, reseal } from '../../src/log/door/reseal.ts';
import { keyId, ofStream, Seals } from '../../src/log/door/seals.ts';
import { listStreams } from '../../src/log/door/streams.ts';
import { readConfig } from '../../src/settings/config.ts';
import { expectProblem } from '../support/expectProblem.ts';
import { type Answer, ask } from '../support/http.ts';
import { startIngress, type TestIngress } from '../support/ingress.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

const [OLD, NEW, STRANGE] = [randomBytes(32), randomBytes(32), randomBytes(32)] as const;
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const PASSWORD = 'correct-horse';

let postgres: TestPostgres;
let database: string;
let pool: Pool;
const open: TestIngress[] = [];

beforeAll(async () => {
  postgres = await startPostgres();
  database = await postgres.fresh();
  pool = openDatabase(database, { name: 'test' });
});
afterAll(async () => {
  for (const ingress of open) {
    // the refusals that these tests ask for are logged; nothing else is
    expect(ingress.errors).toEqual([]);
    await ingress.close();
  }
  await pool.end();
  await postgres.stop();
});

async function ingressWith(...keys: readonly Buffer[]): Promise<string> {
  const ingress = await startIngress({ database, flows: [], deps: { seals: new Seals(keys, true) } });
  open.push(ingress);
  return ingress.url;
}
const admin = (url: string, path: string, body: object): Promise<Answer> =>
  ask(`${url}${path}`, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });

let sent = 0;
function send(url: string, source: string, secret = SECRET): Promise<Answer> {
  const [id, body, now] = [`msg_${++sent}`, '{"type":"order.placed"}', new Date()];
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, now, body),
  };
  return ask(`${url}/v1/webhooks/${source}`, { method: 'POST', body, headers });
}
const sealings = async () => Object.fromEntries((await readSealings(pool)).map(({ sealing, secrets }) => [sealing, secrets]));
const under = (key: Buffer): string => `aes-256-gcm/${keyId(key)}`;

describe('secrets at rest', () => {
  it('a service that others reach keeps no secret without a key, and a broker without a password needs none', async () => {
    const url = await ingressWith();
    expectProblem(await admin(url, '/v1/webhooks', { source: 'std', provider: 'standard', secret: SECRET }), 409, 'no-secret-key');
    const settings = { url: `mqtt://me:${PASSWORD}@127.0.0.1:1`, from: 'a/#' };
    expectProblem(await admin(url, '/v1/streams', { name: 'm', kind: 'mqtt', settings }), 409, 'no-secret-key');
    const open = { ...settings, url: 'mqtt://127.0.0.1:1' };
    expect((await admin(url, '/v1/streams', { name: 'open', kind: 'mqtt', settings: open })).status).toBe(201);
    expect(await sealings()).toEqual({});
  });

  it('no table holds what is sealed, and requests are verified by it', async () => {
    const url = await ingressWith(OLD);
    expect((await admin(url, '/v1/webhooks', { source: 'std', provider: 'standard', secret: SECRET })).status).toBe(201);
    const settings = { url: `mqtt://me:${PASSWORD}@127.0.0.1:1`, from: 'a/#' };
    const added = await admin(url, '/v1/streams', { name: 'm', kind: 'mqtt', settings });
    expect(added.json).toMatchObject({ name: 'm', url: 'mqtt://127.0.0.1:1' });
    const rows = await pool.query(
      'select to_jsonb(s)::text as row from webhook_secrets s union all select to_jsonb(s)::text from streams s',
    );
    const all = rows.rows.map(({ row }) => row).join('\n');
    expect(all).toContain(under(OLD));
    for (const text of [SECRET, SECRET.slice(6), PASSWORD, Buffer.from(PASSWORD).toString('base64')]) expect(all).not.toContain(text);
    expect((await send(url, 'std')).status).toBe(202);
    expectProblem(await send(url, 'std', `whsec_${Buffer.alloc(32, 8).toString('base64')}`), 401, 'webhook-mismatch');
    const kept = (await listStreams(pool, 'default')).find(({ name }) => name === 'm');
    const { text, sealing } = kept?.credentials ?? { text: '', sealing: '' };
    expect(new Seals([OLD], true).open({ text, sealing }, ofStream('default', 'm'))).toBe(`me:${PASSWORD}`);
  });

  it('an ingress without the key asks the sender to come again; one that knows it behind a newer one takes the request', async () => {
    expectProblem(await send(await ingressWith(STRANGE), 'std'), 503, 'secret-sealed');
    expect((await send(await ingressWith(NEW, OLD), 'std')).status).toBe(202);
    // what can be opened verifies, whatever else is sealed
    const strange = await ingressWith(STRANGE);
    const own = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
    expect((await admin(strange, '/v1/webhooks/std/rotate', { secret: own })).status).toBe(200);
    expect((await send(strange, 'std', own)).status).toBe(202);
    await pool.query('delete from webhook_secrets where sealing = $1', [under(STRANGE)]);
  });

  it('reseal() brings what was in the clear or under an older key under the first one, and a second time does nothing', async () => {
    const clear = await startIngress({ database, flows: [], deps: { seals: new Seals([], false) } });
    open.push(clear);
    expect((await admin(clear.url, '/v1/webhooks', { source: 'local', provider: 'standard', secret: SECRET })).status).toBe(201);
    expect(await sealings()).toEqual({ none: 1, [under(OLD)]: 2 });
    await expect(reseal(pool, new Seals([NEW], true))).rejects.toMatchObject({ code: 'secret-sealed' });
    const seals = new Seals([NEW, OLD], true);
    await reseal(pool, seals);
    expect(await reseal(pool, seals)).toBe(0);
    expect(await sealings()).toEqual({ [under(NEW)]: 3 });
    const url = await ingressWith(NEW);
    for (const source of ['std', 'local']) expect((await send(url, source)).status).toBe(202);
  });

  it('a sealed secret does not open in another row', async () => {
    await pool.query(
      "update webhook_secrets set secret = (select secret from webhook_secrets where source = 'std') where source = 'local'",
    );
    const url = await ingressWith(NEW);
    expectProblem(await send(url, 'local'), 503, 'secret-sealed');
    expect((await send(url, 'std')).status).toBe(202);
  });

  it('lookAtSecrets() names what is in the clear, and keys that are not there', async () => {
    const look = async (settings: Record<string, string>) =>
      (await lookAtSecrets(readConfig(settings), pool)).map(({ level, found, next = '' }) => `${level} ${found} -> ${next}`);
    const key = (...keys: readonly Buffer[]) => ({ SIGNALBOX_SECRET_KEY: keys.map((one) => one.toString('base64')).join(',') });
    expect(await look(key(NEW))).toEqual([`ok 3 sealed with ${under(NEW)} -> `]);
    expect(await look(key(OLD, NEW))).toEqual([
      `warn 3 sealed with ${under(NEW)}, not the first key -> ${'`signalbox secrets seal` brings them under it'}`,
    ]);
    expect(await look(key(STRANGE))).toEqual([
      expect.stringMatching(/^fail 3 sealed .* a key that this shell does not have -> give every ingress that key/),
    ]);
    await pool.query("update webhook_secrets set secret = $1, sealing = 'none' where source = 'local'", [SECRET]);
    const clear = '1 of providers and brokers are in the database in the clear';
    expect(await look({})).toContainEqual(expect.stringContaining(`ok ${clear}`));
    expect(await look({ HOST: '0.0.0.0' })).toContainEqual(expect.stringMatching(new RegExp(`^warn ${clear}.*secrets seal`)));
    expect(await look(key(NEW))).toContainEqual(expect.stringMatching(new RegExp(`^warn ${clear} -> .signalbox secrets seal`)));
  });
});

describe('0023_door.sql', () => {
  it('0023_door.sql takes names and passwords out of the addresses of brokers, and back', async () => {
    const file = fileURLToPath(new URL('../../src/log/migrations/0023_door.sql', import.meta.url));
    const [up = '', down = ''] = (await readFile(file, 'utf8')).split('-- Down Migration');
    const client = new pg.Client({ connectionString: await postgres.fresh() });
    await client.connect();
    const read = async () =>
      (await client.query("select *, settings::jsonb ->> 'url' as url from streams order by name")).rows.map(({ url, credentials }) => ({
        url,
        credentials,
      }));
    try {
      await client.query(down);
      const urls = ['kafka://me:p%40ss@one:9092,two:9092', 'mqtt://127.0.0.1:1883/a@b', 'nats://token@host:4222'];
      for (const [at, url] of urls.entries())
        await client.query("insert into streams (tenant, name, kind, settings, created_by) values ('default', $1, 'nats', $2, 'me')", [
          `s${at}`,
          JSON.stringify({ url, from: 'x' }),
        ]);
      const before = await read();
      await client.query(up);
      expect(await read()).toEqual([
        { url: 'kafka://one:9092,two:9092', credentials: 'me:p%40ss' },
        { url: 'mqtt://127.0.0.1:1883/a@b', credentials: null },
        { url: 'nats://host:4222', credentials: 'token' },
      ]);
      await client.query(down);
      expect(await read()).toEqual(before);
      expect(before.map(({ url }) => url)).toEqual(urls);
    } finally {
      await client.end();
    }
  });

  it.each(['kafka://me:p%40ss@one:9092,two:9092', 'mqtts://me:a@b@host:1/x?y=z@w', 'nats://host:4222', "mqtt://$&:$'@host"])(
    'joined() gives %s back as parted() took it apart',
    (url) => {
      const { url: place, credentials } = parted(url);
      expect(joined(place, credentials)).toBe(url);
      if (credentials !== null) expect(place).not.toContain(credentials);
    },
  );
});
