/** `Prefer: wait=N` of RFC 7240. */

const WAIT_SECONDS_MAX = 60;

/** Seconds to wait, at most 60; null where the request has no such preference. What is malformed is ignored, as the RFC asks. */
export function waitSeconds(prefer: string | undefined): number | null {
  if (prefer === undefined) return null;
  for (const preference of prefer.split(',')) {
    const found = /^\s*wait\s*=\s*"?(\d+)"?\s*(;|$)/i.exec(preference);
    if (found?.[1] !== undefined) return Math.min(WAIT_SECONDS_MAX, Number(found[1]));
  }
  return null;
}
