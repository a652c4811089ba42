/** The known name that a wrong one was probably meant to be. */

/** Insertions, deletions, replacements and swaps of neighbours that lead from one text to the other (optimal string alignment). */
function editDistance(from: string, to: string): number {
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      let best = Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, (row[j - 1] as number) + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      if (swapped) best = Math.min(best, (before[j - 2] as number) + 1);
      next.push(best);
    }
    [before, row] = [row, next];
  }
  return row[to.length] as number;
}

/** A longer name is no slip of the hand, and comparing costs its length squared. */
const CHARS_MAX = 64;

/** Undefined if none is near: one slip in a short name, up to a third of a long one. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  if (name.length > CHARS_MAX) return undefined;
  const wanted = name.toLowerCase();
  let found: string | undefined;
  let least = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const one of known) {
    if (Math.abs(one.length - name.length) >= least) continue;
    const far = editDistance(wanted, one.toLowerCase());
    if (far < least) [found, least] = [one, far];
  }
  return found;
}

/** ` (did you mean X?)`, or nothing. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const meant = nearest(name, known);
  return meant === undefined ? '' : ` (did you mean ${meant}?)`;
}
