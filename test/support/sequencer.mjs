/**
 * Suites that take longest begin first, so that all workers end together. A machine that has run them knows how long each takes; a fresh
 * clone goes by `durations.json`, seconds of those above three, which `node scripts/durations.mjs` writes.
 */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import Sequencer from '@jest/test-sequencer';

const SECONDS = JSON.parse(readFileSync(new URL('durations.json', import.meta.url), 'utf8'));
/** Of one that is not listed. */
const SHORT_SECONDS = 1;

export default class LongestFirst extends Sequencer {
  time(test) {
    return super.time(test) ?? 1000 * (SECONDS[relative(test.context.config.rootDir, test.path)] ?? SHORT_SECONDS);
  }
}
