/**
 * The one reader of numbers that somebody wrote as text: decimal digits, perhaps a sign, a point and an exponent. `Number()` also takes a blank
 * for 0, and reads hexadecimal, octal and binary: an empty field of a form approved an amount of 0.
 */
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?$/;
/** Longer texts are no numbers of anybody. */
const CHARS_MAX = 400;

/** Null if the text is no finite number. ASCII blanks around it do not count. */
export function readNumber(text: string): number | null {
  const bare = text.replace(/^ +| +$/g, '');
  if (bare.length > CHARS_MAX || !DECIMAL.test(bare)) return null;
  const number = Number(bare);
  return Number.isFinite(number) ? number : null;
}
