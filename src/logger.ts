/** Structured logs: one JSON line each on stdout, with the process's name. Never an event's data, never a key. */
import { type Logger, pino } from 'pino';
import type { Config } from './config.ts';

const SECRETS = ['authorization', '*.authorization', 'headers.authorization', '*.data', 'data', '*.body', 'body'];

export function createLogger(name: string, config: Pick<Config, 'SIGNALBOX_LOG_LEVEL'>): Logger {
  return pino({ name, level: config.SIGNALBOX_LOG_LEVEL, redact: { paths: SECRETS, remove: true } });
}
