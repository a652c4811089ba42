/** How busy a moment is: quiet times and bursts, one on average over each minute. */

const MINUTE_SECONDS = 60;
/** Seconds of a minute, and how many times the average comes then. */
const PARTS = [
  { seconds: 10, times: 0.3 },
  { seconds: 30, times: 1 },
  { seconds: 10, times: 2.4 },
  { seconds: 10, times: 0.3 },
];

export function paceAt(seconds: number): number {
  let into = seconds % MINUTE_SECONDS;
  for (const part of PARTS) {
    if (into < part.seconds) return part.times;
    into -= part.seconds;
  }
  return 1;
}
