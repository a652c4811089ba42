/** A number for people to read: what was computed has more digits than it has meaning, and amounts keep theirs. */
const DECIMALS = 3;
const SMALL_DIGITS = 2;

export function shownNumber(value: number): string {
  if (Number.isInteger(value) || !Number.isFinite(value)) return String(value);
  const rounded = Number(value.toFixed(DECIMALS));
  return String(rounded === 0 ? Number(value.toPrecision(SMALL_DIGITS)) : rounded);
}
