/** dist as tests and benches run it. A run of tests builds it once when it is older than the sources, so that a stale one never lies. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { shared } from './shared.ts';

const run = promisify(execFile);
const BUILD_TIMEOUT_MS = 110_000;

/** Where package.json is: the benches are compiled into a folder of their own below it. */
function findRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : findRoot(dirname(folder));
}

export const ROOT = findRoot(dirname(fileURLToPath(import.meta.url)));
/** The command. */
export const MAIN = join(ROOT, 'dist', 'main.js');
/** Written last: a build that failed half way leaves the old one. */
const LAST = join(ROOT, 'dist', 'workflow-bundle.js');

/** Folders count too: a file that went leaves no other trace. */
async function newerThan(timeMs: number): Promise<string | null> {
  const source = join(ROOT, 'src');
  const entries = await readdir(source, { recursive: true, withFileTypes: true });
  const places = [
    source,
    join(ROOT, 'scripts', 'build.mjs'),
    join(ROOT, 'scripts', 'buildConsole.mjs'),
    join(ROOT, 'tsconfig.json'),
    join(ROOT, 'tsconfig.build.json'),
  ];
  for (const place of [...places, ...entries.map((entry) => join(entry.parentPath, entry.name))]) {
    if ((await stat(place)).mtimeMs > timeMs) return place;
  }
  return null;
}

/** Null where dist is what the sources say. */
async function staleness(): Promise<string | null> {
  const built = await stat(LAST).catch(() => null);
  if (built === null) return 'dist is not built';
  const newer = await newerThan(built.mtimeMs);
  return newer === null ? null : `dist is older than ${newer}`;
}

async function build(): Promise<{ built: true }> {
  await run('npm', ['run', 'build'], { cwd: ROOT, timeout: BUILD_TIMEOUT_MS }).catch(
    (error: Error & { stdout?: string; stderr?: string }) => {
      throw new Error(`Cannot build dist: ${error.stdout ?? ''}${error.stderr ?? error.message}`, { cause: error });
    },
  );
  return { built: true };
}

/** Outside a run of tests a stale dist is refused, not mended: a bench must not measure what it did not say. */
export async function ensureBuilt(): Promise<void> {
  const before = await staleness();
  if (before === null) return;
  if (process.env.SIGNALBOX_TEST_RUN === undefined) throw new Error(`${before}: npm run build`);
  await shared('build', build);
  const after = await staleness();
  if (after !== null) throw new Error(`${after}: the sources changed after this run had built them`);
}
