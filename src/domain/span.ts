const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const PARTS: readonly (readonly [name: string, sizeMs: number])[] = [
  ['d', DAY_MS],
  ['h', HOUR_MS],
  ['min', MINUTE_MS],
  ['s', SECOND_MS],
];

/** `2 d 4 h`, `3 min 20 s`, `840 ms`: the two largest units. */
export function span(ms: number): string {
  if (ms < SECOND_MS) return `${Math.max(0, Math.round(ms))} ms`;
  const from = PARTS.findIndex(([, size]) => ms >= size);
  let left = ms;
  const shown: string[] = [];
  for (const [name, size] of PARTS.slice(from, from + 2)) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) shown.push(`${count} ${name}`);
  }
  return shown.join(' ');
}
