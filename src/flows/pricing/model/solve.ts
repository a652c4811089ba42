/** Solves a small system of linear equations whose matrix is symmetric and positive definite (A.-L. Cholesky, 1910). */

/** Place of row `i`, column `j` (i >= j) in a lower triangle that is kept row by row. */
export const at = (i: number, j: number): number => (i * (i + 1)) / 2 + j;

/**
 * @param lower the matrix's lower triangle, row by row, n(n + 1)/2 numbers; not changed
 * @param right n numbers; not changed
 * Throws RangeError where the matrix is not positive definite.
 */
export function solve(lower: ArrayLike<number>, right: ArrayLike<number>): number[] {
  const n = right.length;
  const root = Float64Array.from(lower);
  const found = Array.from(right);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let sum = root[at(i, j)] as number;
      for (let k = 0; k < j; k += 1) sum -= (root[at(i, k)] as number) * (root[at(j, k)] as number);
      if (i > j) root[at(i, j)] = sum / (root[at(j, j)] as number);
      else if (sum > 0) root[at(i, i)] = Math.sqrt(sum);
      else throw new RangeError('Cannot solve as the matrix is not positive definite');
    }
  }
  for (let i = 0; i < n; i += 1) {
    for (let k = 0; k < i; k += 1) found[i] = (found[i] as number) - (root[at(i, k)] as number) * (found[k] as number);
    found[i] = (found[i] as number) / (root[at(i, i)] as number);
  }
  for (let i = n - 1; i >= 0; i -= 1) {
    for (let k = i + 1; k < n; k += 1) found[i] = (found[i] as number) - (root[at(k, i)] as number) * (found[k] as number);
    found[i] = (found[i] as number) / (root[at(i, i)] as number);
  }
  return found;
}
