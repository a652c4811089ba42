/** The stack's database: DATABASE_URL, else the embedded Postgres in the data folder. */
import { join } from 'node:path';
import pg from 'pg';
import type { Config } from '../settings/config.ts';
import { freePort } from './freePort.ts';
import { embeddedPostgres } from './postgres.ts';
import type { ProcessSpec } from './processSpec.ts';

const NAME = 'signalbox';

export interface Found {
  readonly how: string;
}

export type StartProcess = (spec: ProcessSpec) => Promise<void>;

async function ensureDatabase(server: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [NAME]);
    if (rowCount === 0) await client.query(`create database ${NAME}`);
  } finally {
    await client.end();
  }
}

export async function findDatabase({ DATABASE_URL }: Config, data: string, start: StartProcess): Promise<Found & { url: string }> {
  if (DATABASE_URL !== undefined) return { url: DATABASE_URL, how: 'DATABASE_URL' };
  const folder = join(data, 'postgres');
  const postgres = await embeddedPostgres(folder, await freePort());
  await start(postgres.spec);
  await ensureDatabase(postgres.url());
  return { url: postgres.url(NAME), how: `embedded, its data in ${postgres.cluster}` };
}
