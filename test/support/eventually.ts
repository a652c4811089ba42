/** Waits for a condition with a deadline, and gives what it found. */
import { until } from '../../src/local/until.ts';

const WAIT_MS = 90_000;

/** Errors and empty answers count as not yet; the last error is thrown at the deadline. */
export async function eventually<T>(what: () => Promise<T | false | null | undefined>, timeoutMs = WAIT_MS): Promise<T> {
  let found: T | undefined;
  await until(async () => {
    const seen = await what();
    if (seen === false || seen === null || seen === undefined) return false;
    found = seen;
    return true;
  }, AbortSignal.timeout(timeoutMs));
  return found as T;
}
