/** A 95 % interval of a share that was seen `right` of `n` times (Wilson 1927, doi:10.1080/01621459.1927.10502953). */

const Z = 1.96;

/** Both ends between 0 and 1; `n` at least 1. */
export function interval(share: number, n: number): readonly [low: number, high: number] {
  const z2 = Z * Z;
  const middle = (share + z2 / (2 * n)) / (1 + z2 / n);
  const half = (Z / (1 + z2 / n)) * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n * n));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

/** Null without any. */
export const shareInterval = (right: number, of: number): readonly [low: number, high: number] | null =>
  of === 0 ? null : interval(right / of, of);
