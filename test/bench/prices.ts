/** `npm run trial:prices -- [sequences] [seed]`: random sequences of events of a product, 100,000 unless told; exits with 1 where the flow passed a rail by itself. */
import fc from 'fast-check';
import { brokenRail, type Sequence, sequences } from '../support/prices.ts';

const [count = '100000', seed = '1'] = process.argv.slice(2);

const startedMs = performance.now();
const broken = fc.check(
  fc.property(sequences, (sequence) => brokenRail(sequence) === null),
  { numRuns: Number(count), seed: Number(seed) },
);
const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
if (broken.failed) {
  const [sequence] = broken.counterexample as [Sequence];
  console.log(`BROKEN after ${broken.numRuns} sequences: ${brokenRail(sequence)}\n${JSON.stringify(sequence, null, 2)}`);
  process.exitCode = 1;
} else console.log(`${broken.numRuns} sequences in ${seconds} s, seed ${seed}: no rail was passed`);
