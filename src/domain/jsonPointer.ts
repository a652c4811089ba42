/** A path into a JSON value as RFC 6901 writes it: `/items/0/a~1b`; the empty text is the whole value. */
export function jsonPointer(path: readonly PropertyKey[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
