/** Amounts of money in compact bytes, given back exactly. */
import type { ByteReader, ByteWriter } from './bytes.ts';

const CENTS = 100;
/** What fits a varint after the flag bit. */
const CENTS_MAX = 2 ** 51;

/**
 * Writes amounts >= 0 in major units. One that is a whole number of cents (so that dividing by 100 gives the very same double)
 * is `cents * 2` as a varint, 2 bytes up to 81.91, 3 up to 10,485.75; any other is a 1 and eight bytes.
 * Throws RangeError for a negative or infinite amount.
 */
export function writeAmounts(writer: ByteWriter, amounts: readonly number[]): void {
  for (const amount of amounts) {
    if (!(amount >= 0 && amount < Number.POSITIVE_INFINITY))
      throw new RangeError(`Cannot keep an amount as it must be finite and from 0: ${amount}`);
    const cents = Math.round(amount * CENTS);
    if (cents <= CENTS_MAX && cents / CENTS === amount) {
      writer.varint(cents * 2);
    } else {
      writer.varint(1);
      writer.float64(amount);
    }
  }
}

/** The inverse of `writeAmounts`, for `count` amounts. */
export function readAmounts(reader: ByteReader, count: number): number[] {
  const amounts: number[] = [];
  for (let at = 0; at < count; at++) {
    const packed = reader.varint();
    amounts.push(packed === 1 ? reader.float64() : packed / 2 / CENTS);
  }
  return amounts;
}
