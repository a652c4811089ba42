/** An ingress with a flow of the tests, in a process of its own: to be killed, or to be one of several. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { transformFile } from '@swc/core';
import type { Flow } from '../../src/domain/flow.ts';
import { ensureBuilt, MAIN, ROOT } from './built.ts';
import { endWith } from './shared.ts';

export interface FlowIngress {
  readonly url: string;
  readonly pid: number;
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>;
  /** As an operator would. */
  stop(): Promise<void>;
}

/** A flow that processes can load, as they load those of the build. */
export interface BuiltFlow {
  start(env: Readonly<Record<string, string>>): Promise<FlowIngress>;
  remove(): Promise<void>;
}

const READY_MS = 60_000;
const DIST = pathToFileURL(dirname(MAIN)).href;

const script = `
const [, dist, file, name] = process.argv;
const { openIngress } = await import(dist + '/run/openIngress.js');
const { readConfig } = await import(dist + '/settings/config.js');
const { createLogger } = await import(dist + '/run/logger.js');
const flow = (await import(file))[name];
const config = readConfig(process.env);
const ingress = await openIngress({ config, flows: [flow], logger: createLogger('ingress', config) });
process.on('SIGTERM', () => ingress.close().then(() => process.exit(0)));
process.on('disconnect', () => process.exit(1));
process.send({ url: ingress.url });
`;

/** `exported`: the flow under the name by which `test/support/<file>` exports it. */
export async function buildFlow(file: string, exported: Readonly<Record<string, Flow>>): Promise<BuiltFlow> {
  const [name] = Object.keys(exported);
  if (name === undefined) throw new TypeError('Cannot build a flow as none is named');
  await ensureBuilt();
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-flow-'));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const { code } = await transformFile(join(ROOT, 'test', 'support', file), {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
    module: { type: 'es6' },
  });
  const built = join(folder, `${basename(file, '.ts')}.mjs`);
  await writeFile(built, code.replace(/(['"])\.\.\/\.\.\/src\/([^'"]+)\.ts\1/g, `'${DIST}/$2.js'`));
  return {
    start: (env) => start([DIST, pathToFileURL(built).href, name], env),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function start(args: readonly string[], env: Readonly<Record<string, string>>): Promise<FlowIngress> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, ...args], {
    cwd: ROOT,
    env: { ...process.env, NODE_ENV: '', NODE_OPTIONS: '', PORT: '0', SIGNALBOX_LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(child, 'close');
  const ready = once(child, 'message', { signal: AbortSignal.timeout(READY_MS) }).then(([message]) => (message as { url: string }).url);
  const gone = ended.then(() => Promise.reject(new Error(`the ingress ended:\n${output}`)));
  gone.catch(() => undefined);
  const url = await Promise.race([ready, gone]);
  endWith(process.pid, child.pid ?? 0);
  const end = (signal: NodeJS.Signals) => async (): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  return { url, pid: child.pid ?? 0, kill: end('SIGKILL'), stop: end('SIGTERM') };
}
