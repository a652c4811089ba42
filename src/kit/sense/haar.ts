/**
 * The orthonormal Haar transform (A. Haar, "Zur Theorie der orthogonalen Funktionensysteme", Mathematische Annalen 69 (1910)) of a
 * window whose length is a power of two: the mean of all times sqrt(length) first, then differences from coarse to fine. It keeps the sum
 * of squares. Throws RangeError for another length. The values stay as they are.
 */
export function haar(values: ArrayLike<number>): Float64Array {
  const { length } = values;
  if (length === 0 || (length & (length - 1)) !== 0)
    throw new RangeError(`Cannot transform a window as its length must be a power of two: ${length}`);
  const result = Float64Array.from(values);
  const differences = new Float64Array(length >>> 1);
  for (let half = length >>> 1; half >= 1; half >>>= 1) {
    for (let at = 0; at < half; at += 1) {
      const [left, right] = [result[2 * at] as number, result[2 * at + 1] as number];
      result[at] = (left + right) * Math.SQRT1_2;
      differences[at] = (left - right) * Math.SQRT1_2;
    }
    result.set(differences.subarray(0, half), half);
  }
  return result;
}
