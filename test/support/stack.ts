/** `signalbox start` as an operator runs it: the built command, in a process of its own, on free ports and in a data folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { isRunning, type ProcessIdentity } from '../../src/local/processIdentity.ts';
import { type RunFile, readRunFile } from '../../src/local/runFile.ts';
import { until } from '../../src/local/until.ts';
import { ensureBuilt, MAIN } from './built.ts';
import { endWith } from './shared.ts';
import { testBinary } from './temporal.ts';

const READY_TIMEOUT_MS = 120_000;

export type StackProcess = 'postgres' | 'temporal' | 'ingress' | 'worker';

export interface Started {
  readonly child: ChildProcess;
  /** All that it printed so far. */
  output(): string;
  /** Its exit code. */
  readonly ended: Promise<number | null>;
}

export interface TestStack extends Started {
  readonly url: string;
  readonly data: string;
  /** run.json as it is now. */
  run(): Promise<RunFile>;
  /** kill -9 of one process; resolves when its successor runs. */
  kill(name: StackProcess): Promise<void>;
  /** Ctrl-C; the data folder stays. */
  end(): Promise<void>;
  /** Ctrl-C, then the data folder goes. */
  stop(): Promise<void>;
}

/** With the programs that other suites fetched, so that nothing is downloaded. */
export async function newDataFolder(): Promise<string> {
  const data = await mkdtemp(join(tmpdir(), 'signalbox-test-'));
  // as root the database runs under another account, which must get in
  await chmod(data, 0o755);
  const binary = await testBinary('temporal');
  await mkdir(join(data, 'bin'));
  await symlink(binary, join(data, 'bin', basename(binary)));
  return data;
}

interface Starting {
  /** What the command is an argument of: a shell that limits it, say. */
  readonly within?: readonly string[];
  /** The command of a clone; absent: ours. */
  readonly main?: string;
}

/** Does not wait: for starts that are to fail. */
export async function runStart(data: string, env: Record<string, string> = {}, { within = [], main }: Starting = {}): Promise<Started> {
  if (main === undefined) await ensureBuilt();
  const ports = { PORT: '0', TEMPORAL_PORT: '0', TEMPORAL_UI_PORT: '0' };
  const [command = process.execPath, ...args] = [...within, process.execPath, main ?? MAIN, 'start'];
  const child = spawn(command, args, {
    cwd: data,
    env: { ...process.env, NODE_ENV: '', NODE_OPTIONS: '', ...ports, SIGNALBOX_DATA: data, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await once(child, 'spawn');
  endWith(process.pid, child.pid ?? 0);
  let text = '';
  for (const output of [child.stdout, child.stderr]) output.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { child, output: () => text, ended };
}

async function readyUrl(started: Started, data: string): Promise<string> {
  const gone = new AbortController();
  void started.ended.then((code) => gone.abort(new Error(`start ended with ${code}:\n${started.output()}`)));
  const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(READY_TIMEOUT_MS)]);
  await until(async () => started.output().includes('Signalbox is ready'), signal);
  const url = (await readRunFile(data))?.url;
  if (url == null) throw new Error('run.json does not say where the service is');
  return url;
}

export async function startTestStack(env: Record<string, string> = {}, data?: string, main?: string): Promise<TestStack> {
  const folder = data ?? (await newDataFolder());
  const started = await runStart(folder, env, main === undefined ? {} : { main });
  const url = await readyUrl(started, folder);
  const run = async () => {
    const found = await readRunFile(folder);
    if (found === null) throw new Error('there is no run.json');
    return found;
  };
  const end = async () => {
    started.child.kill('SIGINT');
    await started.ended;
  };
  return {
    ...started,
    url,
    data: folder,
    run,
    async kill(name) {
      const { processes } = await run();
      const before = processes[name];
      if (before === undefined) throw new Error(`${name} does not run`);
      process.kill(before.pid, 'SIGKILL');
      const successor = async () => {
        const now = (await run()).processes[name];
        return now !== undefined && now.pid !== before.pid;
      };
      await until(successor, AbortSignal.timeout(READY_TIMEOUT_MS));
    },
    end,
    async stop() {
      await end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Resolves when none of them runs. */
export async function untilGone(processes: RunFile['processes'], timeoutMs = 30_000): Promise<void> {
  const running = async (one: ProcessIdentity) => await isRunning(one);
  const none = async () => !(await Promise.all(Object.values(processes).map(running))).includes(true);
  await until(none, AbortSignal.timeout(timeoutMs));
}
