/** Hunts commands that run on beside a database which is not theirs, and such as answer a mistake with a page of stack trace. */
import { createServer } from 'node:net';
import { beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { freePort } from '../../src/local/freePort.ts';
import { type CommandResult, signalbox } from '../support/command.ts';
import { startPostgres } from '../support/postgres.ts';

const BUILD_MS = 180_000;
const ON_THE_DATABASE = ['ingress', 'worker', 'audit', 'rebuild', 'keys list', 'flow activate all'];

let ours: string;
let newer: string;
let empty: string;
let temporal: string;

beforeAll(async () => {
  const postgres = await startPostgres();
  [ours, newer, empty] = await Promise.all([postgres.fresh(), postgres.fresh(), postgres.empty()]);
  const client = new pg.Client({ connectionString: newer });
  await client.connect();
  await client.query("insert into migrations (name, run_on) values ('9999_from_the_future', now())");
  await client.end();
  // nobody is there: who asks for it first would wait
  temporal = `127.0.0.1:${await freePort()}`;
});

const run = (args: readonly string[], env: Record<string, string>): Promise<CommandResult> =>
  signalbox(args, { PORT: '0', TEMPORAL_ADDRESS: temporal, ...env });

describe('signalbox', () => {
  it.each(ON_THE_DATABASE)(
    'signalbox %s exits 2 in one line where the database cannot be opened',
    async (verb) => {
      const nowhere = `postgres://nobody@127.0.0.1:${await freePort()}/nothing`;
      const password = new URL(ours);
      password.password = 'not-it';
      for (const DATABASE_URL of [nowhere, password.href, `${ours}_not`]) {
        const { code, output, errors } = await run(verb.split(' '), { DATABASE_URL });
        expect({ code, output }).toEqual({ code: 2, output: '' });
        expect(errors).toMatch(/^Cannot open the database: [^\n]+\n$/);
        expect(errors).not.toContain('not-it');
      }
    },
    BUILD_MS,
  );

  it.each(ON_THE_DATABASE)(
    'signalbox %s exits 2 in one line where the schema is newer',
    async (verb) => {
      const { code, output, errors } = await run(verb.split(' '), { DATABASE_URL: newer });
      expect({ code, output }).toEqual({ code: 2, output: '' });
      expect(errors).toBe('Cannot use this database as its schema is newer than this Signalbox: it has 9999_from_the_future\n');
    },
    BUILD_MS,
  );

  it.each(ON_THE_DATABASE.filter((verb) => verb !== 'ingress'))(
    'signalbox %s exits 2 in one line where nobody has made the tables',
    async (verb) => {
      const { code, output, errors } = await run(verb.split(' '), { DATABASE_URL: empty });
      expect({ code, output }).toEqual({ code: 2, output: '' });
      expect(errors).toMatch(/^Cannot use this database as it has no Signalbox tables: start an ingress [^\n]+\n$/);
    },
    BUILD_MS,
  );

  it('signalbox worker says which part of the schema is not there yet', async () => {
    const client = new pg.Client({ connectionString: ours });
    await client.connect();
    const { rows } = await client.query<{ name: string }>(
      'delete from migrations where id = (select max(id) from migrations) returning name',
    );
    await client.end();
    const { code, errors } = await run(['worker'], { DATABASE_URL: ours });
    expect(code).toBe(2);
    expect(errors).toContain(`as it lacks ${rows[0]?.name}: start an ingress`);
  });

  it('signalbox ingress exits 2 in one line where it cannot listen', async () => {
    const DATABASE_URL = await (await startPostgres()).fresh();
    const server = createServer();
    const port = String(await freePort());
    await new Promise<void>((resolve) => server.listen(Number(port), '127.0.0.1', resolve));
    // an address kept for documentation: no machine's own
    const elsewhere = await run(['ingress'], { DATABASE_URL, HOST: '192.0.2.1', PORT: port });
    const taken = await run(['ingress'], { DATABASE_URL, PORT: port });
    await new Promise((resolve) => server.close(resolve));
    expect([taken.code, elsewhere.code]).toEqual([2, 2]);
    expect(taken.errors).toBe(`Cannot listen on 127.0.0.1 port ${port} as it is in use\n`);
    expect(elsewhere.errors).toMatch(new RegExp(`^Cannot listen on 192\\.0\\.2\\.1 port ${port}: [^\\n]*EADDRNOTAVAIL[^\\n]*\\n$`));
  });

  it('signalbox ingress exits 2 in one line on a database that would lose what was answered', async () => {
    const DATABASE_URL = await (await startPostgres()).fresh();
    const client = new pg.Client({ connectionString: DATABASE_URL });
    await client.connect();
    await client.query(`alter database ${new URL(DATABASE_URL).pathname.slice(1)} set synchronous_commit = off`);
    await client.end();
    const { code, errors } = await run(['ingress'], { DATABASE_URL });
    expect({ code, errors }).toEqual({
      code: 2,
      errors: 'Cannot accept events on a database that loses commits: synchronous_commit must be on\n',
    });
  });

  it('signalbox names what an address of a database must begin with, and does not repeat it', async () => {
    const { code, errors } = await run(['audit'], { DATABASE_URL: 'mysql://shop:s3cret@db/signalbox' });
    expect(code).toBe(2);
    expect(errors).toBe('Cannot read the settings: DATABASE_URL: must be a URL that begins with postgres:// or postgresql://\n');
  });
});
