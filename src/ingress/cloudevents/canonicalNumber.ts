/** One text for one number: RFC 8785's where a double gives the number back, else its exact decimal value. */
import { SignalboxError } from '../../domain/errors.ts';

const PARTS = /^(?<sign>-?)(?<whole>\d+)(?:\.(?<fraction>\d+))?(?:[eE](?<exponent>[+-]?\d+))?$/;
/** Digits of an exponent: with more, no body has the digits that would bring the number back into the range of a double. */
const EXPONENT_DIGITS_MAX = 12;

interface Decimal {
  readonly sign: string;
  /** Without zeros at either end; empty for zero. */
  readonly digits: string;
  /** Of ten, for the last digit. */
  readonly exponent: number;
}

const outOfRange = (): SignalboxError => new SignalboxError('bad-json', 'Cannot keep a number beyond the range of a double');

/** Throws `bad-json` where the exponent is beyond all sense. */
function decimalOf(text: string): Decimal {
  const { sign = '', whole = '', fraction = '', exponent = '0' } = PARTS.exec(text)?.groups ?? {};
  const all = whole + fraction;
  let from = 0;
  let to = all.length;
  while (all[from] === '0') from += 1;
  while (to > from && all[to - 1] === '0') to -= 1;
  if (from === to) return { sign: '', digits: '', exponent: 0 };
  if (exponent.replace(/^[+-]?0*/, '').length > EXPONENT_DIGITS_MAX) throw outOfRange();
  return { sign, digits: all.slice(from, to), exponent: Number(exponent) - fraction.length + all.length - to };
}

/** A double tells any two numbers of 15 digits apart, unless they are almost 0. Of a body of nothing else, working it out took seconds. */
function isGivenBack(text: string, value: number): boolean {
  if (Math.abs(value) < 1e-290) return false;
  const end = text.search(/[eE]/);
  return (end < 0 ? text.length : end) <= 15;
}

/** `text` is a number as JSON writes it. Throws `bad-json` for one beyond the range of a double. */
export function canonicalNumber(text: string): string {
  const value = Number(text);
  if (!Number.isFinite(value)) throw outOfRange();
  const nearest = String(value);
  if (isGivenBack(text, value)) return nearest;
  const sent = decimalOf(text);
  const held = decimalOf(nearest);
  if (sent.digits === held.digits && sent.exponent === held.exponent) return nearest;
  return `${sent.sign}${sent.digits}e${sent.exponent}`;
}
