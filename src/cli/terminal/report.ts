/** How a verb that failed says so, and with which exit code: 1 found something wrong, 2 could not run. */
import { CommanderError } from 'commander';
import { Refused } from '../../client/serviceClient.ts';
import { CannotRun } from '../../domain/errors.ts';
import { shownText } from '../../domain/exposure.ts';
import { type ShownError, shownError } from '../../domain/shownError.ts';
import { say } from './print.ts';

/** The service was not able to answer, as against: it answered that something is wrong. */
function couldNotRun({ status }: Refused): boolean {
  return status === 401 || status === 403 || status === 429 || status >= 500;
}

const HINTS: Record<number, string> = {
  401: ' (set SIGNALBOX_KEY to a key made by `signalbox keys create`)',
  403: ' (the key in SIGNALBOX_KEY may not do this)',
};

/** Prints what is wrong, a line each where several things are; everything about the error where `debug`. */
export function report(error: unknown, debug: boolean): 0 | 1 | 2 {
  // commander has said what is wrong, or has shown the help that was asked for
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof Refused) for (const line of `${error.told}${HINTS[error.status] ?? ''}`.split('\n')) say(line);
  else if (error instanceof CannotRun) for (const line of error.message.split('\n')) say(line);
  else
    say(
      `Something went wrong: ${shownText(error instanceof Error ? error.message || error.name : String(error))}${debug ? '' : ' (SIGNALBOX_LOG_LEVEL=debug tells more)'}`,
    );
  if (debug) process.stderr.write(`${whole(shownError(error))}\n`);
  return error instanceof Refused && !couldNotRun(error) ? 1 : 2;
}

/** Where a service process ends so, this stands in its log. */
function whole({ name, message, stack, cause }: ShownError): string {
  return `${name}: ${message}\n${stack}${cause === undefined ? '' : `\ncaused by ${whole(cause)}`}`;
}
