/**
 * An error as logs and histories may hold it: name, code, message and where it was thrown. Whatever else a library hangs on it (a
 * statement's parameters, the row that was refused, a response's body) stays where it is.
 */
import { shownText } from './exposure.ts';

export interface ShownError {
  readonly name: string;
  readonly code?: string;
  readonly message: string;
  /** The frames alone. */
  readonly stack: string;
  readonly cause?: ShownError;
}

const NAME_CHARS_MAX = 100;
const FRAMES_MAX = 20;
const CAUSES_MAX = 4;

/** A message of several lines may hold one that looks like a frame: what a stack repeats of it is cut off first. */
function framesOf({ name, message, stack = '' }: Error): string {
  const head = stack.startsWith(`${name}: ${message}`) ? name.length + 2 + message.length : 0;
  return stack
    .slice(head)
    .split('\n')
    .filter((line) => /^\s{1,8}at \S/.test(line))
    .slice(0, FRAMES_MAX)
    .map((line) => shownText(line))
    .join('\n');
}

export function shownError(error: unknown, causesMax = CAUSES_MAX): ShownError {
  if (!(error instanceof Error)) return { name: 'Error', message: shownText(String(error)), stack: '' };
  const { code } = error as { code?: unknown };
  return {
    name: shownText(error.name, NAME_CHARS_MAX),
    ...(typeof code === 'string' || typeof code === 'number' ? { code: shownText(String(code), NAME_CHARS_MAX) } : {}),
    message: shownText(error.message),
    stack: framesOf(error),
    ...(error.cause === undefined || causesMax === 0 ? {} : { cause: shownError(error.cause, causesMax - 1) }),
  };
}
