/** `npm test -- --json --outputFile=FILE && node scripts/durations.mjs FILE`: keeps how long suites took, for the order of the next run. */
import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const LISTED_FROM_SECONDS = 3;
const root = fileURLToPath(new URL('..', import.meta.url));
const [, , file = ''] = process.argv;
const { testResults } = JSON.parse(readFileSync(file, 'utf8'));
const seconds = testResults
  .map(({ name, startTime, endTime }) => [relative(root, name), Math.round((endTime - startTime) / 1000)])
  .filter(([, took]) => took >= LISTED_FROM_SECONDS)
  .sort(([one, oneTook], [other, otherTook]) => otherTook - oneTook || (one < other ? -1 : 1));
writeFileSync(new URL('../test/support/durations.json', import.meta.url), `${JSON.stringify(Object.fromEntries(seconds), null, 2)}\n`);
console.log(`${seconds.length} suites of ${testResults.length} took ${LISTED_FROM_SECONDS} s or more`);
