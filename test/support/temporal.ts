/**
 * A real Temporal for tests. One dev server serves a whole `npm test` run; each suite takes namespaces of its own from it. A suite that kills its
 * server starts its own. The time-skipping server is one per suite: its clock is shared by everything on it.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { freePort } from '../../src/local/freePort.ts';
import { type EmbeddedTemporal, embeddedTemporal } from '../../src/local/temporal.ts';
import { type BinaryName, findTemporalBinary } from '../../src/local/temporalBinary.ts';
import { registerSearchAttributes, SEARCH_ATTRIBUTES } from '../../src/local/temporalNamespace.ts';
import { until } from '../../src/local/until.ts';
import { claim, launch, shared } from './shared.ts';

export interface TestTemporal {
  readonly address: string;
  /** Of the Web UI. */
  readonly web: string;
  /** A new namespace with the search attributes, ready for starts; its name. */
  namespace(): Promise<string>;
  stop(): Promise<void>;
}

export interface OwnTemporal extends TestTemporal {
  kill(): Promise<void>;
  /** Same ports, same store. */
  start(): Promise<void>;
}

/** Kept over runs, so that a download happens once. */
export async function testBinary(name: BinaryName): Promise<string> {
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'signalbox');
  await mkdir(folder, { recursive: true });
  return (await findTemporalBinary(name, folder, { say: () => undefined, signal: AbortSignal.timeout(240_000) })).path;
}

let made = 0;

async function newNamespace(address: string): Promise<string> {
  made += 1;
  const namespace = `test-${process.pid}-${made}-${Date.now()}`;
  const connection = await Connection.connect({ address });
  try {
    await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs('1 day') });
    const signal = AbortSignal.timeout(30_000);
    await until(async () => (await registerSearchAttributes(connection, namespace)).length === 0, signal);
    // the server reads its namespaces anew at times only: before that it refuses what names an attribute
    const query = SEARCH_ATTRIBUTES.map((name) => `${name} = 'none'`).join(' and ');
    await until(async () => {
      await connection.workflowService.listWorkflowExecutions({ namespace, query });
      return true;
    }, signal);
  } finally {
    await connection.close();
  }
  return namespace;
}

async function prepare(folder: string): Promise<EmbeddedTemporal> {
  const [path, port, uiPort] = await Promise.all([testBinary('temporal'), freePort(), freePort()]);
  return embeddedTemporal({ binary: path, file: join(folder, 'temporal.db'), port, uiPort, namespace: 'default' });
}

/** Made when the run's server starts, attributes and all: one that is made later is refused for two seconds. */
const READY_NAMESPACES = Array.from({ length: 96 }, (_, nth) => `ready-${nth}`);

/** Each to one suite: the folder of its name is the first taker's. */
async function readyNamespace(): Promise<string | null> {
  for (const name of READY_NAMESPACES) if (await claim(`namespace-${name}`)) return name;
  return null;
}

/** The run's server. */
export async function startTemporal(): Promise<TestTemporal> {
  const { address, web } = await shared('temporal', async (folder) => {
    const temporal = await prepare(folder);
    const args = [...temporal.spec.args, ...READY_NAMESPACES.flatMap((name) => ['--namespace', name])];
    await launch({ ...temporal.spec, args }, { log: join(folder, 'temporal.log'), shared: true });
    return { address: temporal.address, web: temporal.web };
  });
  return { address, web, namespace: async () => (await readyNamespace()) ?? newNamespace(address), stop: async () => undefined };
}

/** A server of this suite alone, to be killed and started at will. */
export async function startOwnTemporal(): Promise<OwnTemporal> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-test-'));
  const temporal = await prepare(folder);
  const start = () => launch(temporal.spec, { log: join(folder, 'temporal.log') });
  let running = await start();
  return {
    address: temporal.address,
    web: temporal.web,
    namespace: () => newNamespace(temporal.address),
    kill: () => running.end('SIGKILL'),
    start: async () => {
      running = await start();
    },
    stop: async () => {
      await running.end(temporal.spec.stopSignal);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A server that skips time while the environment's own client waits for a result. End it with `teardown()`. */
export async function startTimeSkipping(): Promise<TestWorkflowEnvironment> {
  const path = await testBinary('temporal-test-server');
  // here, as it loads the worker and its bundler: half a second for each suite that skips no time
  const testing = await import('@temporalio/testing');
  return await testing.TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path } } });
}
