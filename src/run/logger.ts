/**
 * Structured logs: one JSON line each on stdout, with the process's name. Never an event's data, never a key.
 *
 * Nothing here logs data on purpose. What comes along by accident, in an error's message or a field of Temporal's, is redacted and cut
 * at the one place that every line passes.
 */
import { type DestinationStream, type Logger, pino } from 'pino';
import { shownText } from '../domain/exposure.ts';
import { shownError } from '../domain/shownError.ts';
import type { Config } from '../settings/config.ts';
import { traceOfLine } from './traceOfLine.ts';

const SECRETS = ['authorization', '*.authorization', 'headers.authorization', '*.data', 'data', '*.body', 'body'];
/** What Temporal's own lines carry is flat; deeper things are objects of libraries. */
const DEPTH_MAX = 3;
const MEMBERS_MAX = 50;

function shownField(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return shownText(value);
  if (value instanceof Error) return shownError(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return value.toJSON();
  if (depth >= DEPTH_MAX) return '[...]';
  if (Array.isArray(value)) return value.slice(0, MEMBERS_MAX).map((item) => shownField(item, depth + 1));
  return shownFields(value, depth + 1);
}

function shownFields(fields: object, depth: number): Record<string, unknown> {
  const members = Object.entries(fields).slice(0, MEMBERS_MAX);
  return Object.fromEntries(members.map(([name, value]) => [name, shownField(value, depth)]));
}

/** Lines that wait where standard output is a file and its disk is full; beyond it they are lost. */
const WAITING_CHARS_MAX = 1024 * 1024;

/** Logging never ends a process: what cannot be written waits, within its limit, and is written with the next line that can. */
function standardOutput(): DestinationStream {
  const output = pino.destination({ dest: 1, sync: true, maxLength: WAITING_CHARS_MAX });
  output.on('error', () => undefined);
  return output;
}

/** On stdout unless told. */
export function createLogger(name: string, config: Pick<Config, 'SIGNALBOX_LOG_LEVEL'>, destination?: DestinationStream): Logger {
  return pino(
    {
      name,
      level: config.SIGNALBOX_LOG_LEVEL,
      // the trace that the line was written in, where one is known
      mixin: traceOfLine,
      redact: { paths: SECRETS, remove: true },
      formatters: { log: (fields) => shownFields(fields, 0) },
      // errors are made into what is shown before pino's own serializer would print all that hangs on them
      serializers: { err: (shown: unknown) => shown, msg: (text: unknown) => (typeof text === 'string' ? shownText(text) : text) },
    },
    destination ?? standardOutput(),
  );
}
