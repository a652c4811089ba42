/** Numbers of bank accounts (ISO 13616), told from other letters and digits by their country's length and their check. */
import { BETWEEN } from './between.ts';

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

/** The text with `[iban]` in place of each. */
export function withoutIbans(text: string): string {
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
