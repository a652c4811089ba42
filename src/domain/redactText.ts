/**
 * Takes out of a text what could be used against somebody who never meant it to be read here: card numbers, e-mail addresses, keys and
 * tokens, IBANs. For accidents: a text that hides a number on purpose (in words, in letters of another script) gets by.
 *
 * Pure, and linear in the text's length: no pattern has a repetition inside one that could match the same characters, what repeats
 * without a bound is either the last thing that must match or cannot match what follows it, and everything that looks around a find
 * (the two sides of an `@`, the groups of a number, the rest of an IBAN) goes a bounded number of characters.
 */

/** `a@b.co`: nothing shorter is anything. */
const CHARS_MIN = 6;

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

function withoutKeys(text: string): string {
  return withoutKeyBlocks(text)
    .replace(ADDRESS_KEY, '://[key]@')
    .replace(SHAPED_KEYS, '[key]')
    .replace(QUERY_KEY, '$1[key]')
    .replace(COOKIES, '$1[key]')
    .replace(BEARER, (whole, word: string, value: string) => (hasDigit(value) ? `${word}[key]` : whole))
    .replace(PASSWORD, (_whole, word: string, value: string) => `${word}${masked(value)}`)
    .replace(NAMED_KEY, (whole, word: string, value: string) => (looksRandom(value) ? `${word}[key]` : whole));
}

/** In an address of a request the sign is escaped. */
const AT_SIGN = /@|%40/g;
const DOMAIN = /(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}[\p{L}\p{N}-]{1,62}/uy;
const LOCAL_CHARACTER = /[^\s@<>()[\]{},;:"'`|=\\/]/;
const LOCAL_CHARS_MAX = 64;
/** `user@[192.0.2.1]`, `user@[IPv6:2001:db8::1]`. */
const ADDRESS_LITERAL = /\[[A-Za-z0-9.:]{2,64}\]/y;

/** Where the part before an `@` begins: a text in quotes whole, else as far as its characters may stand in one. */
function localStart(text: string, at: number, earliest: number): number {
  if (text[at - 1] === '"') {
    const from = text.lastIndexOf('"', at - 2);
    if (from >= earliest && from >= at - LOCAL_CHARS_MAX - 2) return from;
  }
  let from = at;
  while (from > earliest && at - from < LOCAL_CHARS_MAX && LOCAL_CHARACTER.test(text[from - 1] as string)) from -= 1;
  return from;
}

/** A domain needs a dot: `fraud@0123456789ab` is a policy, `sku@place` a subject. */
function withoutMail(text: string): string {
  let out = '';
  let copied = 0;
  for (const { 0: sign, index } of text.matchAll(AT_SIGN)) {
    const server = [DOMAIN, ADDRESS_LITERAL].find((pattern) => {
      pattern.lastIndex = index + sign.length;
      return pattern.test(text);
    });
    if (server === undefined) continue;
    const from = localStart(text, index, copied);
    if (from === index) continue;
    out += `${text.slice(copied, from)}[mail]`;
    copied = server.lastIndex;
  }
  return out + text.slice(copied);
}

const CARD_DIGITS = { min: 13, max: 19 };
/**
 * As people, forms and line breaks part groups: blanks of all widths and none, line ends, dashes and minus signs, soft hyphens, dots, a bar,
 * an escaped blank. Three at most: ` - `.
 */
const BETWEEN = '(?:[\\s\\u00ad\\u180e\\u2000-\\u2015\\u202f\\u2060\\u2212\\ufeff._/-]|%20){0,3}';
const NUMBER = new RegExp(`\\d(?:${BETWEEN}\\d)+`, 'g');
const GROUP = new RegExp(`(\\d+)(${BETWEEN})`, 'y');

/** Luhn's check digit (ISO/IEC 7812-1, annex B). */
function checks(digits: string): boolean {
  let sum = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - at) - 48;
    const doubled = at % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** How many of the groups, from this one on, are one card number; 0 where none are. */
function cardGroups(groups: readonly string[], from: number): number {
  let digits = '';
  let found = 0;
  for (let at = from; at < groups.length; at += 1) {
    digits += groups[at];
    if (digits.length > CARD_DIGITS.max) break;
    if (digits.length >= CARD_DIGITS.min && checks(digits)) found = at - from + 1;
  }
  return found;
}

function withoutCardsIn(run: string): string {
  if (run.length < CARD_DIGITS.min) return run;
  const groups: string[] = [];
  const gaps: string[] = [];
  GROUP.lastIndex = 0;
  for (let part = GROUP.exec(run); part !== null; part = GROUP.exec(run)) {
    groups.push(part[1] as string);
    gaps.push(part[2] as string);
  }
  let out = '';
  for (let at = 0; at < groups.length; ) {
    const count = cardGroups(groups, at);
    out += count === 0 ? groups[at] : '[card]';
    at += Math.max(1, count);
    out += gaps[at - 1];
  }
  return out;
}

/** Lengths by country, from the registry of ISO 13616 (release 99). */
const IBAN_LENGTHS = new Map(
  (
    'AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24FI18FK18FO18FR27GB22GE22GI23GL18GR27' +
    'GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24' +
    'PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20YE30'
  )
    .match(/[A-Z]{2}\d{2}/g)
    ?.map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);
/** Glued to a word, too: two letters before two digits are where one would begin. */
const IBAN_START = new RegExp(`[A-Za-z]{2}${BETWEEN}\\d\\d`, 'g');
const GAP = new RegExp(BETWEEN, 'y');

/** The check of ISO 7064, MOD 97-10: the first four characters count last. */
function isIban(characters: string): boolean {
  let rest = 0;
  for (const character of characters.slice(4) + characters.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

/** Where an IBAN that begins here ends; null where none does. */
function ibanEnd(text: string, from: number): number | null {
  const length = IBAN_LENGTHS.get(text.slice(from, from + 2).toUpperCase());
  if (length === undefined) return null;
  let characters = '';
  let at = from;
  while (characters.length < length) {
    GAP.lastIndex = at;
    if (characters.length >= 2 && GAP.test(text)) at = GAP.lastIndex;
    if (!/[A-Za-z0-9]/.test(text[at] ?? '')) return null;
    characters += text[at];
    at += 1;
  }
  return isIban(characters) ? at : null;
}

function withoutIbans(text: string): string {
  let out = '';
  let copied = 0;
  for (const { index } of text.matchAll(IBAN_START)) {
    const end = index < copied ? null : ibanEnd(text, index);
    if (end === null) continue;
    out += `${text.slice(copied, index)}[iban]`;
    copied = end;
  }
  return out + text.slice(copied);
}

/** The text with `[key]`, `[mail]`, `[iban]` and `[card]` in place of what looks like one. What looks like none comes back as it is. */
export function redactText(text: string): string {
  if (text.length < CHARS_MIN) return text;
  const kept = withoutIbans(withoutMail(withoutKeys(text)));
  return kept.replace(NUMBER, withoutCardsIn);
}
