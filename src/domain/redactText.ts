/**
 * Takes out of a text what could be used against somebody who never meant it to be read here: card numbers, e-mail addresses, keys and
 * tokens, IBANs. For accidents: a text that hides a number on purpose (in words, in letters of another script) gets by.
 *
 * Pure, and linear in the text's length: no pattern has a repetition inside one that could match the same characters, what repeats
 * without a bound is either the last thing that must match or cannot match what follows it, and everything that looks around a find
 * (the two sides of an `@`, the groups of a number, the rest of an IBAN) goes a bounded number of characters.
 */
import { BETWEEN } from './redact/between.ts';
import { withoutIbans } from './redact/withoutIbans.ts';
import { withoutKeys } from './redact/withoutKeys.ts';

/** `a@b.co`: nothing shorter is anything. */
const CHARS_MIN = 6;

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

/** The text with `[key]`, `[mail]`, `[iban]` and `[card]` in place of what looks like one. What looks like none comes back as it is. */
export function redactText(text: string): string {
  if (text.length < CHARS_MIN) return text;
  const kept = withoutIbans(withoutMail(withoutKeys(text)));
  return kept.replace(NUMBER, withoutCardsIn);
}
