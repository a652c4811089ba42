/** The embedded Postgres: made once in the data folder, run as a process of its own, reachable over loopback with a password only. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { CannotRun } from '../domain/errors.ts';
import { giveFolder, type PostgresHome, postgresHome } from './postgresHome.ts';
import { commandLine } from './processIdentity.ts';
import type { ProcessSpec } from './processSpec.ts';
import { until } from './until.ts';

const run = promisify(execFile);
const MAJOR = '18';
const USER = 'signalbox';

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  // the socket's path would have to stay under 108 bytes, and its folder be ours
  unix_socket_directories: '',
  // a 2xx means committed to disk: these are what makes it true, whatever a postgresql.conf says
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  // four ingress and worker processes with pools of 10 to 20, and room for the operator's psql
  max_connections: '100',
  // the state of some ten thousand subjects stays in memory
  shared_buffers: '256MB',
  // no replica is fed from here, so less is written for each commit
  wal_level: 'minimal',
  max_wal_senders: '0',
  // events arrive in a steady stream: checkpoints by size and rarely, else full-page images double what is written
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  wal_compression: 'on',
  // every statement is short; compiling one costs more than running it
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '',
  // the detail of a refused row holds its values, and a statement may: who made it is told both
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
} as const;

/** As pino numbers them. */
const LEVELS = new Map([
  ['WARNING', 40],
  ['ERROR', 40],
  ['FATAL', 50],
  ['PANIC', 60],
]);

export interface EmbeddedPostgres {
  readonly spec: ProcessSpec;
  readonly cluster: string;
  /** With the password. */
  url(database?: string): string;
}

async function keptPassword(file: string): Promise<string> {
  const kept = await readFile(file, 'utf8').catch(() => null);
  if (kept !== null) return kept.trim();
  const password = randomBytes(18).toString('base64url');
  await writeFile(file, `${password}\n`, { mode: 0o600, flush: true });
  return password;
}

/** Made under another name and then renamed: a half-made cluster is never taken for a whole one. */
async function create({ native, cluster, owner }: PostgresHome, password: string): Promise<void> {
  const making = `${cluster}.new`;
  await rm(making, { recursive: true, force: true });
  await giveFolder(making, owner);
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-'));
  try {
    const file = join(folder, 'password');
    await writeFile(file, `${password}\n`, { mode: 0o600 });
    if (owner.uid !== undefined && owner.gid !== undefined) {
      await chown(folder, owner.uid, owner.gid);
      await chown(file, owner.uid, owner.gid);
    }
    // the built-in locale is the same on every machine, so indexes survive an upgrade of the system's libraries
    const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
    const args = ['-D', making, '-U', USER, '--auth=scram-sha-256', `--pwfile=${file}`, '--no-instructions', ...locale];
    await run(join(native, 'bin', 'initdb'), args, { ...owner, cwd: '/', timeout: 60_000 }).catch((error: Error & { stderr?: string }) => {
      const why =
        error.stderr
          ?.trim()
          .split(/\s*\n\s*/)
          .join('; ') || error.message;
      throw new CannotRun(`Cannot make a database in ${cluster}: ${why}`, { cause: error });
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  await rm(cluster, { recursive: true, force: true });
  await rename(making, cluster);
}

async function ensureCluster(home: PostgresHome, passwordFile: string): Promise<string> {
  const version = await readFile(join(home.cluster, 'PG_VERSION'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new CannotRun(`Cannot read the database in ${home.cluster}: ${error.message}`, { cause: error });
  });
  if (version !== null && version.trim() !== MAJOR) {
    throw new CannotRun(`Cannot open the database in ${home.cluster} as it is of Postgres ${version.trim()} and this is ${MAJOR}`);
  }
  const password = await keptPassword(passwordFile);
  if (version === null) await create(home, password);
  return password;
}

/**
 * A killed server leaves postmaster.pid, and Postgres will not start while any process of its account has that number:
 * after a restart of a container that is somebody else (numbers start again). A predecessor that still runs is ended.
 */
async function clearPredecessor(cluster: string): Promise<void> {
  const file = join(cluster, 'postmaster.pid');
  const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 1) return;
  const ours = async () => (await commandLine(pid))?.includes(cluster) === true;
  if (await ours()) {
    process.kill(pid, 'SIGINT');
    await until(async () => !(await ours()), AbortSignal.timeout(30_000));
  }
  await rm(file, { force: true });
}

/** `folder` will hold the cluster; the password is kept beside it. */
export async function embeddedPostgres(folder: string, port: number): Promise<EmbeddedPostgres> {
  const home = await postgresHome(folder);
  const password = await ensureCluster(home, `${folder}.password`);
  const url = (database = 'postgres') => `postgres://${USER}:${password}@127.0.0.1:${port}/${database}`;
  const settings = Object.entries({ ...SETTINGS, port: String(port) }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const answers = async () => {
    const client = new pg.Client({ connectionString: url(), connectionTimeoutMillis: 2000 });
    try {
      await client.connect();
      await client.query('select 1');
      return true;
    } finally {
      await client.end();
    }
  };
  const spec: ProcessSpec = {
    name: 'postgres',
    command: join(home.native, 'bin', 'postgres'),
    args: ['-D', home.cluster, ...settings],
    owner: home.owner,
    cwd: '/',
    // fast shutdown: SIGTERM would wait for every client to leave
    stopSignal: 'SIGINT',
    stopTimeoutMs: 20_000,
    readyTimeoutMs: 60_000,
    prepare: () => clearPredecessor(home.cluster),
    ready: (signal) => until(answers, signal),
    // an ERROR is a statement's (a repeat that lost its race, say) and a FATAL a connection's: both are told to who made it
    showFrom: 60,
    levelOf: (line) => LEVELS.get(/^([A-Z]+):/.exec(line)?.[1] ?? '') ?? 30,
  };
  return { spec, cluster: home.cluster, url };
}
