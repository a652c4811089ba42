/** Wilson's interval of a share (E. B. Wilson, 1927), 95 %. Null without any. */
export function shareInterval(right: number, of: number): readonly [from: number, to: number] | null {
  if (of === 0) return null;
  const z = 1.96;
  const share = right / of;
  const middle = (share + (z * z) / (2 * of)) / (1 + (z * z) / of);
  const half = (z / (1 + (z * z) / of)) * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}
