/** Ids of traces and spans. */
import { createHash, randomBytes } from 'node:crypto';

export const randomTrace = (): string => randomBytes(16).toString('hex');
export const randomSpan = (): string => randomBytes(8).toString('hex');

/**
 * The id of a span by what it is about: whoever names it again, in another process or after a kill, names the same span. So children know their
 * parent without a word between processes.
 */
export function spanOf(...about: readonly (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(about)).digest('hex').slice(0, 16);
}
