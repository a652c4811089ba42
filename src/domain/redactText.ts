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
    'glpat-[\\w-]{16,}',
    'xox[a-z]-[\\w-]{10,}',
    'A(?:KIA|SIA|BIA|CCA)[A-Z0-9]{16,}',
    'AIza[\\w-]{30,}',
    'ya29\\.[\\w-]{16,}',
    'SG\\.[\\w.-]{32,}',
    '(?:whsec|sbx|npm|hf|shpat)_[\\w+/=-]{16,}',
    'eyJ[\\w-]{10,}(?:\\.[\\w-]*){0,4}',
  ].join('|')})`,
  'g',
);
const PRIVATE_KEY = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]{0,8192}(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?/g;
/** The user and password of an address. */
const ADDRESS_KEY = /:\/\/[^\s/@:?#]{0,128}:[^\s/@]{1,256}@/g;
const BEARER = /\b((?:bearer|basic)\s{1,4})([\w.~+/=-]{8,})/gi;
/** What stands behind a word that announces it. */
const NAMED_KEY =
  /((?:key|token|secret|password|passwd|credential|authorization|signature)s?["'\]\s:=>]{1,6}(?:(?:is|was)\s)?["']?)([\w+/.~=-]{16,})/gi;

const hasDigit = (text: string): boolean => /\d/.test(text);

/** Words and short numbers, parted: a name that somebody gave. */
const GIVEN_NAME = /^(?:[a-z]+|\d{1,6})(?:[-_.](?:[a-z]+|\d{1,6}))*$/i;

/** Letters and digits of which many differ: no word, no number, no row of dashes. */
function looksRandom(text: string): boolean {
  return hasDigit(text) && /[A-Za-z]/.test(text) && new Set(text).size >= 8 && !GIVEN_NAME.test(text);
}

function withoutKeys(text: string): string {
  return text
    .replace(PRIVATE_KEY, '[key]')
    .replace(ADDRESS_KEY, '://[key]@')
    .replace(SHAPED_KEYS, '[key]')
    .replace(BEARER, (whole, word: string, value: string) => (hasDigit(value) ? `${word}[key]` : whole))
    .replace(NAMED_KEY, (whole, word: string, value: string) => (looksRandom(value) ? `${word}[key]` : whole));
}

/** In an address of a request the sign is escaped. */
const AT_SIGN = /@|%40/g;
const DOMAIN = /(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}[\p{L}\p{N}-]{1,62}/uy;
const LOCAL_CHARACTER = /[^\s@<>()[\]{},;:"'`|=\\/]/;
const LOCAL_CHARS_MAX = 64;

/** A domain needs a dot: `fraud@0123456789ab` is a policy, `sku@place` a subject. */
function withoutMail(text: string): string {
  let out = '';
  let copied = 0;
  for (const { 0: sign, index } of text.matchAll(AT_SIGN)) {
    DOMAIN.lastIndex = index + sign.length;
    if (!DOMAIN.test(text)) continue;
    let from = index;
    while (from > copied && index - from < LOCAL_CHARS_MAX && LOCAL_CHARACTER.test(text[from - 1] as string)) from -= 1;
    if (from === index) continue;
    out += `${text.slice(copied, from)}[mail]`;
    copied = DOMAIN.lastIndex;
  }
  return out + text.slice(copied);
}

const CARD_DIGITS = { min: 13, max: 19 };
/** As people and forms part groups of digits: blanks of all widths, dashes, dots, a bar, an escaped blank. */
const BETWEEN = '(?:[ \\t\\u00a0\\u2000-\\u2015\\u202f\\u2060\\ufeff._/-]|%20){0,2}';
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
const IBAN_START = /(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}/g;

/** The check of ISO 7064, MOD 97-10: the first four characters count last. */
function isIban(characters: string): boolean {
  let rest = 0;
  for (const character of characters.slice(4) + characters.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

/** Where an IBAN that begins here ends; null where none does. Groups are parted by at most one blank or dash. */
function ibanEnd(text: string, from: number): number | null {
  const length = IBAN_LENGTHS.get(text.slice(from, from + 2).toUpperCase());
  if (length === undefined) return null;
  let characters = '';
  let at = from;
  while (characters.length < length) {
    if (characters.length >= 4 && /[ \u00a0-]/.test(text[at] ?? '')) at += 1;
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
