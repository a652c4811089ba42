/** Keys, tokens, cookies and passwords: by the shape that their makers gave them, or by the word before them. Pure and linear, as `redactText` is. */

/** Keys that their makers gave a shape, and JSON Web Tokens. */
const SHAPED_KEYS = new RegExp(
  `(?<![A-Za-z0-9])(?:${[
    'sk-[\\w-]{8,}',
    '[prs]k_(?:live|test)_\\w{8,}',
    'gh[a-z]_\\w{16,}',
    'github_pat_\\w{16,}',
    'gl[a-z]{2,5}-[\\w-]{16,}',
    'x(?:ox[a-z]|app)-[\\w-]{10,}',
    'A(?:KIA|SIA|BIA|CCA)[A-Z0-9]{16,}',
    'AIza[\\w-]{30,}',
    'ya29\\.[\\w-]{16,}',
    'GOCSPX-[\\w-]{16,}',
    'SG\\.[\\w.-]{32,}',
    'sq0[a-z]{3}-[\\w-]{16,}',
    'hv[sb]\\.[\\w-]{16,}',
    'pypi-[\\w-]{16,}',
    'do[opr]_v1_[a-f0-9]{32,}',
    '(?:dapi|key-|SK)[a-f0-9]{32}',
    '(?:whsec|sbx|npm|hf|shp(?:at|ca|pa|ss)|lin_api|ntn|dop)_[\\w+/=-]{16,}',
    // a bot's: its number, and behind a colon the key
    '\\d{8,10}:[\\w-]{35}',
    '[MNO][\\w-]{23,27}\\.[\\w-]{6}\\.[\\w-]{27,40}',
    'eyJ[\\w-]{10,}(?:\\.[\\w-]*){0,4}',
  ].join('|')})`,
  'g',
);
/** The head of a key block: of PEM, of PGP, of SSH2 (four dashes and a blank). */
const BLOCK_BEGINS = /-{4,5} ?BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{4,5}/g;
const BLOCK_ENDS = /-{4,5} ?END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{4,5}/;
/** A block that nothing ends is cut here. */
const BLOCK_CHARS_MAX = 16_384;
/** The user and password of an address; not the port of one. */
const ADDRESS_KEY = /:\/\/[^\s/@:?#]{0,128}:(?!\d{1,5}(?:[/?#]|$))[^\s@]{1,256}@(?:[^\s@]{0,64}@){0,3}/g;
/** The signature of a shared access address, and the key of a storage account. */
const QUERY_KEY = /((?:[?&;]|\b)(?:sig|accountkey|sharedaccesskey|sharedaccesssignature)=)[^\s&;"'<>]{16,512}/gi;
const COOKIES = /(\b(?:set-)?cookie\s{0,4}["']?\s{0,4}[:=]\s{0,4}["']?)[^\s=;,"']{1,128}=[^\r\n"']{0,4096}/gi;
const BEARER = /\b((?:bearer|basic)\s{1,4})([^\s"'<>,;]{8,2048})/gi;
/** Between a name and its value: quotes that may be escaped, a colon, an equals sign or an arrow. */
const SAYS = '[\\\\"\'\\]\\s]{0,4}(?::|=>?)[\\s]{0,4}';
/** In quotes: to the same quote. Else to a blank. Shorter ones are words such as `no`. */
const VALUE = '(?:\\\\?"(?:[^"\\\\\\r\\n]|\\\\[^"\\r\\n]){3,512}\\\\?"|\\\\?\'[^\'\\r\\n]{3,512}\\\\?\'|[^\\s"\'\\\\]{3,512}["\'\\\\]?)';
/** A password is one however plain it looks, if something says that it is. */
const PASSWORD = new RegExp(`((?:pass(?:word|wd|phrase|code)|\\bpwd|\\bpass)${SAYS})(${VALUE})`, 'gi');
/** What stands behind another word that announces it. */
const NAMED_KEY =
  /((?<!\[)(?:key|token|secret|password|passwd|credential|authorization|signature)s?[\\"'\]\s:=>]{1,6}(?:(?:is|was)\s)?[\\"']{0,2})([^\s"'<>,;\\]{16,2048})/gi;

const hasDigit = (text: string): boolean => /\d/.test(text);

/** Words and short numbers, parted: a name that somebody gave. */
const GIVEN_NAME = /^(?:[a-z]+|\d{1,6})(?:[-_.](?:[a-z]+|\d{1,6}))*$/i;

/** Letters and digits of which many differ: no word, no number, no row of dashes. */
function looksRandom(text: string): boolean {
  return hasDigit(text) && /[A-Za-z]/.test(text) && new Set(text).size >= 8 && !GIVEN_NAME.test(text);
}

/** A value in its quotes, or with the bracket that closes around it, keeps them: what stood around it still reads. */
function masked(value: string): string {
  const quote = /^\\?["']/.exec(value)?.[0];
  if (quote !== undefined) return `${quote}[key]${quote}`;
  return `[key]${/[)\]},;]*\\?["']?$/.exec(value)?.[0] ?? ''}`;
}

function withoutKeyBlocks(text: string): string {
  let out = '';
  let copied = 0;
  for (const { 0: head, index } of text.matchAll(BLOCK_BEGINS)) {
    if (index < copied) continue;
    const inside = index + head.length;
    const rest = text.slice(inside, inside + BLOCK_CHARS_MAX);
    const end = BLOCK_ENDS.exec(rest);
    out += `${text.slice(copied, index)}[key]`;
    copied = inside + (end === null ? rest.length : end.index + end[0].length);
  }
  return out + text.slice(copied);
}

/** The text with `[key]` in place of each. */
export function withoutKeys(text: string): string {
  return withoutKeyBlocks(text)
    .replace(ADDRESS_KEY, '://[key]@')
    .replace(SHAPED_KEYS, '[key]')
    .replace(QUERY_KEY, '$1[key]')
    .replace(COOKIES, '$1[key]')
    .replace(BEARER, (whole, word: string, value: string) => (hasDigit(value) ? `${word}[key]` : whole))
    .replace(PASSWORD, (_whole, word: string, value: string) => `${word}${masked(value)}`)
    .replace(NAMED_KEY, (whole, word: string, value: string) => (looksRandom(value) ? `${word}[key]` : whole));
}
