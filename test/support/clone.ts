/** A clone of this project to change: its sources and tests, what was built of them, and our packages. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { ensureBuilt, ROOT } from './built.ts';
import type { CommandResult } from './command.ts';

const PARTS = [
  ...['src', 'test', 'templates', 'scripts', 'docs', 'examples', 'dist'],
  ...['.gitignore', 'package.json', 'biome.json', 'jest.config.js', 'tsconfig.json', 'tsconfig.build.json', 'tsconfig.client.json'],
];
const TIMEOUT_MS = 300_000;

export interface Clone {
  readonly root: string;
  /** Its own command. */
  readonly main: string;
  signalbox(...args: readonly string[]): Promise<CommandResult>;
  /** Of a package, as `biome`; throws with what it printed where it fails. */
  run(bin: string, ...args: readonly string[]): Promise<string>;
  npm(...args: readonly string[]): Promise<string>;
  /** Files of the sources that are new or otherwise than when it was made. */
  changed(): Promise<string[]>;
  remove(): Promise<void>;
}

/** `env` is what its commands see beside our own. */
export async function makeClone(env: Readonly<Record<string, string>> = {}): Promise<Clone> {
  await ensureBuilt();
  const root = await mkdtemp(join(tmpdir(), 'signalbox-test-'));
  for (const part of PARTS) await cp(join(ROOT, part), join(root, part), { recursive: true, preserveTimestamps: true });
  await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  const before = await digests(join(root, 'src'));
  const main = join(root, 'dist', 'main.js');
  const bin = (name: string): string => join(root, 'node_modules', '.bin', name);
  return {
    root,
    main,
    signalbox: (...args) => command({ cwd: root, env: { ...environment(), ...env } }, process.execPath, [main, ...args]),
    run: (name, ...args) => succeeding(root, bin(name), args),
    npm: (...args) => succeeding(root, 'npm', args),
    async changed() {
      const now = await digests(join(root, 'src'));
      const files = [...now.keys(), ...before.keys()].filter((file) => now.get(file) !== before.get(file));
      return [...new Set(files)].map((file) => join('src', file)).sort();
    },
    remove: () => rm(root, { recursive: true }),
  };
}

async function digests(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const digest = async (file: string) =>
    createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
  return new Map(await Promise.all(files.map(async (file) => [relative(folder, file), await digest(file)] as const)));
}

/** As who has no test running: what this one set is none of theirs. */
const environment = (): NodeJS.ProcessEnv => {
  const { SIGNALBOX_TEST_RUN, SIGNALBOX_TEST_RUNNER, JEST_WORKER_ID, ...env } = process.env;
  return { ...env, NODE_ENV: '', NODE_OPTIONS: '' };
};

async function succeeding(cwd: string, file: string, args: readonly string[]): Promise<string> {
  const options = { cwd, env: environment(), timeout: TIMEOUT_MS, maxBuffer: 1 << 26 };
  const failed = (error: Error & { stdout?: string; stderr?: string }): never => {
    throw new Error(`${file} ${args.join(' ')}: ${error.stdout ?? ''}${error.stderr ?? error.message}`, { cause: error });
  };
  const { stdout, stderr } = await promisify(execFile)(file, args, options).catch(failed);
  return stdout + stderr;
}

function command(where: { cwd: string; env: NodeJS.ProcessEnv }, file: string, args: readonly string[]): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    execFile(file, args, { ...where, timeout: TIMEOUT_MS }, (error, output, errors) => {
      if (error !== null && typeof error.code !== 'number') reject(new Error(`${args.join(' ')}: ${error.message}`, { cause: error }));
      else resolve({ code: error === null ? 0 : Number(error.code), output, errors });
    });
  });
}
