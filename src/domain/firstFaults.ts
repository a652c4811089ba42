const SHOWN_MAX = 3;

/** What is wrong with something that a person wrote: the first faults, a line each. All of them filled a screen, and mostly one mends the others. */
export function firstFaults(what: string, faults: readonly string[]): string {
  const more = faults.length - SHOWN_MAX;
  const lines = faults.slice(0, SHOWN_MAX).map((fault) => `\n  ${fault}`);
  return `${what}:${lines.join('')}${more > 0 ? `\n  and ${more} more` : ''}`;
}
