/** The whole local stack, in order: database and Temporal, migrations and search attributes, ingress and worker. Ended in reverse. */

import { CannotRun } from '../domain/errors.ts';
import { migrate } from '../log/db/migrate.ts';
import { type Config, webhookShown } from '../settings/config.ts';
import { findDatabase } from './database.ts';
import { takeDataFolder } from './dataFolder.ts';
import { type Fleet, openFleet, type Terminal } from './fleet.ts';
import { freePort, isPortFree } from './freePort.ts';
import { ingressSpec, workerSpec } from './services.ts';
import { registerSearchAttributes } from './temporalNamespace.ts';
import { findTemporal } from './temporalService.ts';

export interface StackFacts {
  readonly url: string;
  readonly data: string;
  readonly database: { readonly url: string; readonly how: string };
  readonly temporal: { readonly address: string; readonly namespace: string; readonly web: string | null; readonly how: string };
  readonly pids: Readonly<Record<string, number>>;
}

export interface Stack {
  readonly facts: StackFacts;
  stop(): Promise<void>;
}

/** Where this machine reaches a server that listens on that host. */
function urlOf(host: string, port: number): string {
  const reached = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}`;
}

async function choosePort(host: string, port: number): Promise<number> {
  const free = await isPortFree(port, host).catch((error: Error) => {
    throw new CannotRun(`Cannot listen on ${host} port ${port}: ${error.message}`, { cause: error });
  });
  if (!free) throw new CannotRun(`Cannot listen on ${host} port ${port} as it is in use: stop what listens there, or set another PORT`);
  return port === 0 ? await freePort(0, host) : port;
}

/** The first failure ends the others; all have ended before it is thrown, so that whatever one of them started is known. */
async function together<const T extends readonly Promise<unknown>[]>(
  work: T,
  failed: AbortController,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  let first: { error: unknown } | undefined;
  const watched = work.map((one) =>
    one.catch((error: unknown) => {
      first ??= { error };
      failed.abort();
    }),
  );
  await Promise.all(watched);
  if (first !== undefined) throw first.error;
  return await Promise.all(work);
}

interface Site extends Terminal {
  readonly fleet: Fleet;
  readonly data: string;
  readonly failed: AbortController;
}

async function migrated(config: Config, { data, fleet }: Site): Promise<StackFacts['database']> {
  const database = await findDatabase(config, data, fleet.start);
  await migrate(database.url);
  return database;
}

async function bringUp(config: Config, site: Site): Promise<StackFacts> {
  const { fleet, data, failed } = site;
  const host = config.HOST.replace(/^\[|\]$/g, '');
  const port = await choosePort(host, config.PORT);
  const found = findTemporal(config, data, { start: fleet.start, say: site.say, signal: site.signal });
  const [database, { connection, ...temporal }] = await together([migrated(config, site), found], failed);
  // the worker's later starts ask over it too
  fleet.atStop(() => connection.close());
  const namespace = config.TEMPORAL_NAMESPACE;
  await registerSearchAttributes(connection, namespace);
  const url = urlOf(host, port);
  const settings = { auth: config.SIGNALBOX_AUTH, webhook: webhookShown(config) };
  await fleet.learn({ url, database: database.url, temporal: { address: temporal.address, namespace, web: temporal.web }, settings });
  const env = {
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: namespace,
    SIGNALBOX_DATA: data,
    PORT: String(port),
    ...(temporal.web === null ? {} : { TEMPORAL_UI_URL: temporal.web }),
  };
  await together([fleet.start(ingressSpec(env, url)), fleet.start(workerSpec(env, connection, namespace))], failed);
  return { url, data, database, temporal: { ...temporal, namespace }, pids: fleet.pids() };
}

/** Throws CannotRun with one clear line, and leaves nothing running, where any part does not come up. */
export async function startStack(config: Config, terminal: Terminal): Promise<Stack> {
  const folder = await takeDataFolder(config.SIGNALBOX_DATA, terminal.say);
  // what the processes write (events, payloads, logs) is nobody else's business
  process.umask(0o077);
  const failed = new AbortController();
  const signal = AbortSignal.any([terminal.signal, failed.signal]);
  const fleet = openFleet(folder, { say: terminal.say, signal });
  const stop = async () => {
    await fleet.stop();
    await folder.release();
  };
  try {
    return { facts: await bringUp(config, { fleet, data: folder.path, failed, say: terminal.say, signal }), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
