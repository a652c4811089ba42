/** The address of a broker, and the name and password that may stand in it. */

/** In front of the last `@` before the path. */
const CREDENTIALS = /^([a-z]+:\/\/)([^/?#]*)@/;

/** The address as it can be kept and shown, and `name:password`; null: it has none. */
export function parted(url: string): { readonly url: string; readonly credentials: string | null } {
  return { url: url.replace(CREDENTIALS, '$1'), credentials: CREDENTIALS.exec(url)?.[2] ?? null };
}

/** The address as the broker wants it. */
export const joined = (url: string, credentials: string | null): string =>
  credentials === null ? url : url.replace('://', () => `://${credentials}@`);
