/**
 * A real Postgres for tests. One server serves a whole `npm test` run (started by the first suite that needs it, ended by jest's teardown);
 * each suite takes databases of its own from it. A suite that kills or restarts its server starts its own.
 */
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from '../../src/local/freePort.ts';
import { embeddedPostgres } from '../../src/local/postgres.ts';
import { launch, shared } from './shared.ts';

export interface TestPostgres {
  /** Of the server's own database: do not write there. */
  readonly url: string;
  /** A new, migrated database; its URL. */
  fresh(): Promise<string>;
  /** A new database without a schema; its URL. */
  empty(): Promise<string>;
  /** Ends what this suite started; databases of a shared server go with the run. */
  stop(): Promise<void>;
}

export interface OwnPostgres extends TestPostgres {
  readonly pid: () => number;
  /** As a crash would: nothing is flushed, no client is told. Resolves when it is gone. */
  kill(): Promise<void>;
  /** All its processes stop where they are, and their sockets stay open; and go on. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Same port, same databases. Resolves when it answers. */
  start(): Promise<void>;
}

let made = 0;

async function create(url: string, name: string, template = 'template1'): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    // a copy goes through the log: compressing it takes a third of a second, writing it none
    await client.query('set wal_compression = off');
    await client.query(`create database ${name} template ${template}`);
  } finally {
    await client.end();
  }
  const address = new URL(url);
  address.pathname = `/${name}`;
  return address.href;
}

/** Migrations run once a server; others copy what they made. */
async function migrated(url: string): Promise<{ template: string }> {
  const template = 'test_template';
  // here, as most suites find it done
  const { migrate } = await import('../../src/log/db/migrate.ts');
  await migrate(await create(url, template));
  return { template };
}

function databases(url: string, template: () => Promise<{ template: string }>): Pick<TestPostgres, 'fresh' | 'empty'> {
  const name = (): string => {
    made += 1;
    return `test_${process.pid}_${made}_${Date.now()}`;
  };
  return {
    empty: () => create(url, name()),
    fresh: async () => create(url, name(), (await template()).template),
  };
}

/** The run's server. */
export async function startPostgres(): Promise<TestPostgres> {
  const { url } = await shared('postgres', async (folder) => {
    const postgres = await embeddedPostgres(join(folder, 'postgres'), await freePort());
    await launch(postgres.spec, { log: join(folder, 'postgres.log'), shared: true });
    return { url: postgres.url() };
  });
  return { url, ...databases(url, () => shared('postgres-template', () => migrated(url))), stop: async () => undefined };
}

/** A server and its children: the server first, so that it starts no more of them. */
async function signalAll(pid: number, signal: 'SIGSTOP' | 'SIGCONT'): Promise<void> {
  process.kill(pid, signal);
  const { stdout } = await promisify(execFile)('pgrep', ['-P', String(pid)]);
  for (const child of stdout.trim().split('\n')) process.kill(Number(child), signal);
}

/** A server of this suite alone, to be killed and started at will. */
export async function startOwnPostgres(): Promise<OwnPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-test-'));
  // as root the database runs under another account, which must get in
  await chmod(folder, 0o755);
  const postgres = await embeddedPostgres(join(folder, 'postgres'), await freePort());
  const start = () => launch(postgres.spec, { log: join(folder, 'postgres.log') });
  let running = await start();
  let template: Promise<{ template: string }> | undefined;
  const ownTemplate = (): Promise<{ template: string }> => {
    template ??= migrated(postgres.url());
    return template;
  };
  return {
    url: postgres.url(),
    ...databases(postgres.url(), ownTemplate),
    pid: () => running.pid,
    kill: () => running.end('SIGKILL'),
    freeze: () => signalAll(running.pid, 'SIGSTOP'),
    thaw: () => signalAll(running.pid, 'SIGCONT'),
    start: async () => {
      running = await start();
    },
    stop: async () => {
      await running.end(postgres.spec.stopSignal);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
