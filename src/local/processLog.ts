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

/** Null where the line is not a JSON object. */
function parseLine(text: string): Line | null {
  if (!text.startsWith('{')) return null;
  try {
    const { level, msg, message } = JSON.parse(text) as Record<string, unknown>;
    return { level: levelNumber(level), message: String(msg ?? message ?? text) };
  } catch {
    // half a line of a process that was killed while it wrote: kept as plain text
    return null;
  }
}

export function processLog({ name, showFrom, levelOf }: ProcessSpec, file: LogFile, show: (line: string) => void): ProcessLog {
  const logger = pino({ base: null, level: 'trace' }, file).child({ process: name });
  let last: string | undefined;
  let trouble: string | undefined;
  const take = (text: string) => {
    if (text.trim() === '') return;
    const structured = parseLine(text);
    const { level, message } = structured ?? { level: levelOf?.(text) ?? INFO, message: text };
    if (structured !== null) file.write(`${text}\n`);
    else logger[level >= 60 ? 'fatal' : level >= 50 ? 'error' : level >= WARN ? 'warn' : 'info'](text);
    last = message;
    if (level >= WARN || TROUBLE.test(text)) trouble = message;
    if (level >= showFrom) show(`${name}: ${message}`);
  };
  return {
    read: (output) => void createInterface({ input: output }).on('line', take),
    lastWords: () => trouble ?? last ?? 'it said nothing',
  };
}
