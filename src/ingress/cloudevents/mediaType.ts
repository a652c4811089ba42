/** Media types by RFC 2045/2046: `type/subtype; name=value; name="quoted value"`. */

export interface MediaType {
  /** `type/subtype` in lower case. */
  readonly essence: string;
  /** `charset`, in lower case. */
  readonly charset: string | null;
  readonly json: boolean;
  /** Plain JSON in UTF-8: what an event's data is when nothing is said. */
  readonly plainJson: boolean;
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const ESSENCE = new RegExp(`^(${TOKEN}/${TOKEN})[ \\t]*(?:;|$)`);
const PARAMETER = new RegExp(`[ \\t]*(${TOKEN})=(?:(${TOKEN})|"((?:[^"\\\\]|\\\\.)*)")[ \\t]*(?:;|$)`, 'y');
const LENGTH_MAX = 1024;
const CACHE_MAX = 200;

/** Senders use a handful of media types, so that each is read once. */
const seen = new Map<string, MediaType | null>();

/** Null where the text is not a media type. */
export function parseMediaType(text: string): MediaType | null {
  const known = seen.get(text);
  if (known !== undefined) return known;
  const parsed = text.length > LENGTH_MAX ? null : read(text);
  if (seen.size >= CACHE_MAX) seen.clear();
  if (text.length <= LENGTH_MAX) seen.set(text, parsed);
  return parsed;
}

function read(text: string): MediaType | null {
  const essence = ESSENCE.exec(text);
  if (essence?.[1] === undefined) return null;
  const parameters = new Map<string, string>();
  let end = text.length;
  while (text[end - 1] === ' ' || text[end - 1] === '\t') end -= 1;
  for (PARAMETER.lastIndex = essence[0].length; PARAMETER.lastIndex < end; ) {
    const found = PARAMETER.exec(text);
    if (found === null) return null;
    parameters.set((found[1] as string).toLowerCase(), (found[2] ?? found[3] ?? '').toLowerCase());
  }
  const name = essence[1].toLowerCase();
  const charset = parameters.get('charset') ?? null;
  return {
    essence: name,
    charset,
    json: name.endsWith('/json') || name.endsWith('+json'),
    plainJson: name === 'application/json' && (parameters.size === 0 || (parameters.size === 1 && charset === 'utf-8')),
  };
}
