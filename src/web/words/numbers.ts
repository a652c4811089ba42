/** Numbers rounded for the eye; the exact one belongs beside them, on hover. */
import { shownNumber } from '../../domain/shownNumber.ts';

const GROUPED = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** `1,204` */
export const count = (value: number): string => GROUPED.format(value);

/** `98.9 %` */
export const percent = (share: number): string => `${shownNumber(Math.round(share * 1000) / 10)} %`;

/** A rate a second: `0.4`, `12`, `1,204`. */
export const rate = (value: number): string => (value > 0 && value < 10 ? value.toFixed(1) : count(value));

/** `$1.20`; small ones keep two digits that mean something. */
export function usd(value: number): string {
  if (value === 0) return '$0';
  return value < 0.01 ? `$${Number(value.toPrecision(2))}` : `$${value.toFixed(2)}`;
}
