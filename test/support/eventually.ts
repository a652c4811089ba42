/** Waits for a condition with a deadline, and gives what it found. */
import { inspect } from 'node:util';
import { until } from '../../src/local/until.ts';

const WAIT_MS = 90_000;

/** Errors and empty answers count as not yet; at the deadline it says what was seen last. */
export async function eventually<T>(what: () => Promise<T | false | null | undefined>, timeoutMs = WAIT_MS): Promise<T> {
  let found: T | undefined;
  let last: unknown;
  const look = async (): Promise<boolean> => {
    last = await what().catch((error: unknown) => {
      last = error;
      throw error;
    });
    if (last === false || last === null || last === undefined) return false;
    found = last as T;
    return true;
  };
  // made here, as the deadline's own error does not say who waited
  const late = new Error();
  await until(look, AbortSignal.timeout(timeoutMs)).catch(() => {
    late.message = `It was not so within ${timeoutMs} ms, at last it was ${inspect(last)}`;
    throw late;
  });
  return found as T;
}
