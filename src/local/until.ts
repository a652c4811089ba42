/** Waits for a condition of another process, which has no event to wait for. */
import { setTimeout as pause } from 'node:timers/promises';

const PAUSE_MS = 25;

/** Tries until `attempt` is true; errors count as not yet. Rejects with the last of them when the signal ends the wait. */
export async function until(attempt: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  let last: unknown;
  while (!signal.aborted) {
    const done = await attempt().catch((error: unknown) => {
      last = error;
      return false;
    });
    if (done) return;
    await pause(PAUSE_MS);
  }
  throw last ?? signal.reason;
}
