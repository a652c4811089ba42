import { ApplicationFailure } from '@temporalio/workflow';

/** A task whose commands are over 2 MB fails for ever. */
const CALL_CHARS_MAX = 512 * 1024;

/** Throws what puts the event aside. */
export function assertFits(what: string, value: unknown): void {
  const chars = JSON.stringify(value)?.length ?? 0;
  if (chars > CALL_CHARS_MAX)
    throw ApplicationFailure.nonRetryable(`Cannot go on as ${what} must be at most ${CALL_CHARS_MAX} characters: ${chars}`, 'too-large');
}
