/** An ingress or a worker with flows of the tests, in a process of its own: to be killed, or to be one of several. */
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

interface FlowProcess {
  readonly pid: number;
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>;
  /** As an operator would. */
  stop(): Promise<void>;
}

export interface FlowIngress extends FlowProcess {
  readonly url: string;
}

/** A flow that processes can load, as they load those of the build. */
export interface BuiltFlow {
  start(env: Readonly<Record<string, string>>): Promise<FlowIngress>;
  /** Ready when it polls. Its webhook may be on loopback. */
  startWorker(env: Readonly<Record<string, string>>, workflows: { readonly codePath: string }): Promise<FlowProcess>;
  remove(): Promise<void>;
}

const READY_MS = 60_000;
const DIST = pathToFileURL(dirname(MAIN)).href;

const LOADED = `
const [, dist, file, names, bundle] = process.argv;
const { readConfig } = await import(dist + '/settings/config.js');
const { createLogger } = await import(dist + '/run/logger.js');
const module = await import(file);
const flows = names.split(',').map((name) => module[name]);
const config = readConfig(process.env);
process.on('disconnect', () => process.exit(1));
const endWith = (opened) => process.on('SIGTERM', () => opened.close().then(() => process.exit(0)));
`;

const INGRESS = `${LOADED}
const { openIngress } = await import(dist + '/run/openIngress.js');
const ingress = await openIngress({ config, flows, logger: createLogger('ingress', config) });
endWith(ingress);
process.send({ url: ingress.url });
`;

const WORKER = `${LOADED}
const { openWorker } = await import(dist + '/run/worker.js');
const { openOutbound } = await import(dist + '/actions/outbound.js');
const { LOOPBACK_TARGETS } = await import(dist + '/settings/outboundTarget.js');
const { DATABASE_URL: databaseUrl, TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace } = config;
const { SIGNALBOX_WEBHOOK_URL: url, SIGNALBOX_WEBHOOK_SECRET: secret } = config;
const webhook = { outbound: openOutbound(LOOPBACK_TARGETS), url, secret };
const logger = createLogger('worker', config);
const worker = openWorker({ flows, databaseUrl, temporal: { address, namespace }, auth: 'off', webhook, logger, workflowBundle: { codePath: bundle } });
worker.ended.catch(() => process.exit(1));
endWith(worker);
await worker.started;
process.send({});
`;

/** `exported`: the flows under the names by which `test/support/<file>` exports it. */
export async function buildFlow(file: string, exported: Readonly<Record<string, Flow>>): Promise<BuiltFlow> {
  const names = Object.keys(exported).join();
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
    start: async (env) => {
      const { said, ...ingress } = await start(INGRESS, [DIST, pathToFileURL(built).href, names], env);
      return { url: said.url ?? '', ...ingress };
    },
    startWorker: (env, { codePath }) => start(WORKER, [DIST, pathToFileURL(built).href, names, codePath], env),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function start(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<FlowProcess & { said: { url?: string } }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, ...args], {
    cwd: ROOT,
    env: { ...process.env, NODE_ENV: '', NODE_OPTIONS: '', PORT: '0', SIGNALBOX_LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(child, 'close');
  const ready = once(child, 'message', { signal: AbortSignal.timeout(READY_MS) }).then(([message]) => message as { url?: string });
  const gone = ended.then(() => Promise.reject(new Error(`the process ended:\n${output}`)));
  gone.catch(() => undefined);
  const said = await Promise.race([ready, gone]);
  endWith(process.pid, child.pid ?? 0);
  const end = (signal: NodeJS.Signals) => async (): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  return { said, pid: child.pid ?? 0, kill: end('SIGKILL'), stop: end('SIGTERM') };
}
