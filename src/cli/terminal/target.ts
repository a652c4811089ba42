/** Where the verbs find the service and the database: the settings, else the stack that runs here. */
import { ServiceClient } from '../../client/serviceClient.ts';
import { Signalbox } from '../../client/signalbox.ts';
import { CannotRun } from '../../domain/errors.ts';
import { type RunFile, readRunFile } from '../../local/runFile.ts';
import { type Config, readConfig } from '../../settings/config.ts';

const TRIED_MS = 3000;

/** Null where nothing runs. */
export async function readRunning({ SIGNALBOX_DATA: folder }: Config): Promise<RunFile | null> {
  try {
    return await readRunFile(folder);
  } catch (error) {
    throw new CannotRun(`Cannot read run.json in ${folder}: ${(error as Error).message}`, { cause: error });
  }
}

const notFound = (what: string, setting: string, { SIGNALBOX_DATA: folder }: Config): CannotRun =>
  new CannotRun(`Cannot find ${what}: set ${setting}, or run \`npm start\` first (nothing runs in ${folder})`);

export async function serviceUrl(config: Config): Promise<string> {
  const url = config.SIGNALBOX_URL ?? (await readRunning(config))?.url;
  if (url == null) throw notFound('the service', 'SIGNALBOX_URL', config);
  return url;
}

export async function openService(config: Config = readConfig()): Promise<ServiceClient> {
  return new ServiceClient(await serviceUrl(config), config.SIGNALBOX_KEY);
}

/** For who waits at a terminal: what the service cannot take now is tried again for some seconds. */
export async function openClient(config: Config = readConfig()): Promise<Signalbox> {
  return new Signalbox({ url: await serviceUrl(config), key: config.SIGNALBOX_KEY, retryMs: TRIED_MS });
}

export async function databaseUrl(config: Config = readConfig()): Promise<string> {
  const url = config.DATABASE_URL ?? (await readRunning(config))?.database;
  if (url == null) throw notFound('the database', 'DATABASE_URL', config);
  return url;
}

/** By what is known that keys are not checked; null where they are. A stack that runs here says it of itself; else it is as in this shell. */
export async function keysUnchecked(config: Config = readConfig()): Promise<string | null> {
  const stack = config.DATABASE_URL === undefined ? ((await readRunning(config))?.settings ?? null) : null;
  if ((stack?.auth ?? config.SIGNALBOX_AUTH) === 'keys') return null;
  return stack === null ? 'by the settings of this shell' : 'as the stack that runs here was started';
}
