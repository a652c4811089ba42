/** The stack's Temporal: TEMPORAL_ADDRESS, else the embedded dev server in the data folder. */
import { join } from 'node:path';
import type { Connection } from '@temporalio/client';
import { CannotRun } from '../domain/errors.ts';
import type { Config } from '../settings/config.ts';
import type { Found, StartProcess } from './database.ts';
import type { Terminal } from './fleet.ts';
import { freePort } from './freePort.ts';
import { embeddedTemporal } from './temporal.ts';
import { findTemporalBinary } from './temporalBinary.ts';
import { connectTemporal } from './temporalNamespace.ts';

export interface FoundTemporal extends Found {
  readonly address: string;
  readonly web: string | null;
  readonly connection: Connection;
}

async function portNear(name: 'TEMPORAL_PORT' | 'TEMPORAL_UI_PORT', config: Config, say: (line: string) => void): Promise<number> {
  const port = await freePort(config[name]);
  if (config[name] !== 0 && port !== config[name]) say(`${name} ${config[name]} is in use: ${port} is taken instead`);
  return port;
}

async function external(address: string, { TEMPORAL_API_KEY, TEMPORAL_UI_URL }: Config): Promise<FoundTemporal> {
  const connection = await connectTemporal({ address, apiKey: TEMPORAL_API_KEY }).catch((error: Error) => {
    throw new CannotRun(`Cannot reach Temporal at TEMPORAL_ADDRESS ${address}: ${error.message}`, { cause: error });
  });
  return { address, web: TEMPORAL_UI_URL ?? null, connection, how: 'TEMPORAL_ADDRESS' };
}

export async function findTemporal(config: Config, data: string, stack: Terminal & { start: StartProcess }): Promise<FoundTemporal> {
  const { start, say, signal } = stack;
  if (config.TEMPORAL_ADDRESS !== undefined) return await external(config.TEMPORAL_ADDRESS, config);
  const [binary, port, uiPort] = await Promise.all([
    findTemporalBinary('temporal', join(data, 'bin'), { say, signal }),
    portNear('TEMPORAL_PORT', config, say),
    portNear('TEMPORAL_UI_PORT', config, say),
  ]);
  const file = join(data, 'temporal.db');
  const temporal = embeddedTemporal({ binary: binary.path, file, port, uiPort, namespace: config.TEMPORAL_NAMESPACE });
  await start(temporal.spec);
  const connection = await connectTemporal({ address: temporal.address });
  return { address: temporal.address, web: temporal.web, connection, how: `embedded dev server (${binary.how}), its store in ${file}` };
}
