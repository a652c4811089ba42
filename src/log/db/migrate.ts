/** Brings the schema up to date with node-pg-migrate; several processes may try at once (it takes an advisory lock). */
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import pg from 'pg';
import { CannotRun } from '../../domain/errors.ts';

const DIRECTORY = fileURLToPath(new URL('../migrations', import.meta.url));
const TABLE = 'migrations';

async function known(): Promise<string[]> {
  return (await readdir(DIRECTORY)).filter((file) => file.endsWith('.sql')).map((file) => file.slice(0, -'.sql'.length));
}

/** Throws CannotRun where the database was migrated by a newer Signalbox: running on would write what it cannot read. */
export async function migrate(url: string): Promise<void> {
  const client = await connect(url, 'signalbox migrate');
  try {
    await assertNotNewer(client);
    await runner({
      dbClient: client,
      dir: DIRECTORY,
      direction: 'up',
      migrationsTable: TABLE,
      count: Number.POSITIVE_INFINITY,
      log: () => undefined,
      checkOrder: true,
      // processes that start together: the others wait for the first, then find nothing to do
      advisoryLockMode: 'wait',
    });
  } finally {
    await client.end();
  }
}

async function connect(url: string, name: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: name, connectionTimeoutMillis: 5000 });
  try {
    await client.connect();
    return client;
  } catch (error) {
    throw new CannotRun(`Cannot open the database: ${(error as Error).message || String(error)}`, { cause: error });
  }
}

/** For who does not migrate. Throws CannotRun where the database cannot be opened, or its schema is not this Signalbox's. */
export async function checkSchema(url: string): Promise<void> {
  const client = await connect(url, 'signalbox schema');
  try {
    await assertSchema(client);
  } finally {
    await client.end();
  }
}

/** Throws CannotRun: what this Signalbox reads may lack a column there, and what it writes may mean something else. */
export async function assertSchema(client: pg.ClientBase | pg.Pool): Promise<void> {
  const { missing, foreign } = await schemaGap(client);
  if (foreign.length > 0) throw newer(foreign);
  if (missing.length === 0) return;
  const lacks = missing.length === (await known()).length ? 'has no Signalbox tables' : `lacks ${missing.join(', ')}`;
  throw new CannotRun(`Cannot use this database as it ${lacks}: start an ingress of this Signalbox on it first, which migrates`);
}

const newer = (foreign: readonly string[]): CannotRun =>
  new CannotRun(`Cannot use this database as its schema is newer than this Signalbox: it has ${foreign.join(', ')}`);

async function assertNotNewer(client: pg.Client): Promise<void> {
  const exists = await client.query<{ found: string | null }>('select to_regclass($1) as found', [TABLE]);
  if (exists.rows[0]?.found == null) return;
  const ran = await client.query<{ name: string }>(`select name from ${TABLE} order by id`);
  const mine = new Set(await known());
  const foreign = ran.rows.map((row) => row.name).filter((name) => !mine.has(name));
  if (foreign.length > 0) throw newer(foreign);
}

/** The migrations that the database lacks and those it has beyond ours, for `doctor`. */
export async function schemaGap(client: pg.ClientBase | pg.Pool): Promise<{ missing: string[]; foreign: string[] }> {
  const mine = await known();
  const exists = await client.query<{ found: string | null }>('select to_regclass($1) as found', [TABLE]);
  if (exists.rows[0]?.found == null) return { missing: mine, foreign: [] };
  const ran = (await client.query<{ name: string }>(`select name from ${TABLE}`)).rows.map((row) => row.name);
  return { missing: mine.filter((name) => !ran.includes(name)), foreign: ran.filter((name) => !mine.includes(name)) };
}
