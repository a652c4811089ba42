/** What a process says: every line structured into its log file, the important ones into the terminal too. */

import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import pino from 'pino';
import type { LogFile } from './logFile.ts';
import type { ProcessSpec } from './processSpec.ts';

const INFO = 30;
const WARN = 40;
/** A plain line: our own refusals, and the head of a stack that Node prints (its end is Node's version). */
const TROUBLE = /^(Cannot |\w*Error\b)/;

export interface ProcessLog {
  /** Until it ends. */
  read(output: Readable): void;
  /** The newest message that tells of trouble, else the newest; shown when the process could not start. */
  lastWords(): string;
}

interface Line {
  level: number;
  message: string;
}

/** Temporal writes its level as a word. */
function levelNumber(level: unknown): number {
  if (typeof level === 'number') return level;
  return typeof level === 'string' ? (pino.levels.values[level.toLowerCase()] ?? INFO) : INFO;
}

const CAUSE_CHARS_MAX = 300;

/** The last of what led to an error: what is to be mended. */
function causeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return typeof error === 'string' ? error : undefined;
  const { message, cause } = error as { message?: unknown; cause?: unknown };
  return causeOf(cause) ?? (typeof message === 'string' ? message : undefined);
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Whom a line is about, and why: flow, case, event or action, cause. Temporal's own lines name a case by its workflow's id. */
function aboutOf(fields: Record<string, unknown>): string {
  const caseId = textOf(fields.case) ?? textOf(fields.workflowId);
  // `<flow>:<subject>`, with the tenant before it where that is not the default one
  const flow = textOf(fields.flow) ?? (caseId?.includes(':') === true ? caseId.slice(0, caseId.indexOf(':')).split('/').at(-1) : undefined);
  const cause = textOf(fields.cause) ?? causeOf(fields.err) ?? causeOf(fields.error) ?? causeOf(fields.failure);
  const names = { flow, case: caseId, event: textOf(fields.event), action: textOf(fields.action) ?? textOf(fields.activityType) };
  const said = Object.entries(names).flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`]));
  const why = cause === undefined ? '' : `: ${cause.split('\n', 1)[0]?.slice(0, CAUSE_CHARS_MAX)}`;
  return `${said.length === 0 ? '' : ` (${said.join(', ')})`}${why}`;
}

/** Null where the line is not a JSON object. */
function parseLine(text: string): Line | null {
  if (!text.startsWith('{')) return null;
  try {
    const { level, msg, message, ...fields } = JSON.parse(text) as Record<string, unknown>;
    return { level: levelNumber(level), message: `${String(msg ?? message ?? text)}${aboutOf(fields)}` };
  } catch {
    // half a line of a process that was killed while it wrote: kept as plain text
    return null;
  }
}

export function processLog({ name, showFrom, levelOf }: ProcessSpec, file: LogFile, show: (line: string) => void): ProcessLog {
  const logger = pino({ base: null, level: 'trace' }, file).child({ process: name });
  let last: string | undefined;
  let trouble: string | undefined;
  /** What the last line was of. */
  let lines: string | undefined;
  const take = (text: string) => {
    if (text.trim() === '') return;
    const structured = parseLine(text);
    const { level, message } = structured ?? { level: levelOf?.(text) ?? INFO, message: text };
    if (structured !== null) file.write(`${text}\n`);
    else logger[level >= 60 ? 'fatal' : level >= 50 ? 'error' : level >= WARN ? 'warn' : 'info'](text);
    last = message;
    if (level >= WARN || TROUBLE.test(text)) trouble = message;
    // our own refusals go on so, a fault a line
    else if (structured === null && text.startsWith('  ') && trouble === lines) trouble = `${trouble}\n${text}`;
    lines = trouble;
    if (level >= showFrom) show(`${name}: ${message}`);
  };
  return {
    read: (output) => void createInterface({ input: output }).on('line', take),
    lastWords: () => trouble ?? last ?? 'it said nothing',
  };
}
