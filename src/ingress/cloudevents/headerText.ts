/** A `ce-` header's value as HTTP binding 1.0.2 section 3.1.3.2 writes it: quoted or not, then percent-encoded once. */

/** Null where it cannot be read: a stray percent sign, a broken quote, not UTF-8 (overlong forms are not), not ASCII. */
export function readHeaderText(value: string): string | null {
  const plain = value.startsWith('"') ? unquote(value) : value;
  if (plain === null || !/^[\x20-\x7e\t]*$/.test(plain)) return null;
  if (!plain.includes('%')) return plain;
  try {
    // strict in all that matters: hex digits, overlong forms, surrogates, the end of the text
    return decodeURIComponent(plain);
  } catch {
    return null;
  }
}

function unquote(value: string): string | null {
  const inside = /^"((?:[^"\\]|\\.)*)"$/.exec(value)?.[1];
  return inside === undefined ? null : inside.replace(/\\(.)/g, '$1');
}
