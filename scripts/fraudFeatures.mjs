/**
 * Writes the features of the fraud model for its training: the very code that serves computes them. After `npm run build`:
 * `node scripts/fraudFeatures.mjs --data DIR --from 2018-05-08 --before 2018-07-25 --to FILE`. A row is little-endian doubles: the day
 * since the first of the data, fraud (0 or 1), then one number per feature; FILE.json names them.
 */
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const built = (file) => import(pathToFileURL(join(dist, file)).href);
const { DataFolder } = await built('evaluate/dataFolder.js');
const { FEATURES } = await built('flows/fraud/features.js');
const { fraud } = await built('flows/fraud/flow.js');
const { rowOf } = await built('flows/fraud/evaluate/rowOf.js');
const { COLUMNS, dayOf, dayStartMs, readTransactions, toEvents } = await built('flows/fraud/evaluate/handbook.js');
const { foldAll } = await built('kit/foldAll.js');
const { parsePolicy } = await built('policy/policy.js');

/** Folds from the first transaction, so that histories are warm when the span begins; stops at its end. */
async function* rows(tables, { fromMs, beforeMs }) {
  const policy = parsePolicy(fraud, fraud.policyText);
  for await (const { sent, event, before } of foldAll({ flow: fraud, policy }, toEvents(readTransactions(tables)))) {
    if (event.timeMs >= beforeMs) return;
    if (sent.transaction === null || event.timeMs < fromMs) continue;
    const row = Float64Array.of(dayOf(event.timeMs), sent.transaction.fraud ? 1 : 0, ...rowOf({ event, before }));
    yield new Uint8Array(row.buffer);
  }
}

async function* gathered(chunks) {
  let waiting = [];
  for await (const chunk of chunks) {
    waiting.push(chunk);
    if (waiting.length < 4096) continue;
    yield Buffer.concat(waiting);
    waiting = [];
  }
  yield Buffer.concat(waiting);
}

const text = { type: 'string' };
const { data, from, before, to } = parseArgs({ options: { data: text, from: text, before: text, to: text } }).values;
if ([data, from, before, to].includes(undefined))
  throw new Error('Cannot write features without --data DIR --from DAY --before DAY --to FILE');
const tables = (await DataFolder.open(data)).tables(COLUMNS);
const span = { fromMs: dayStartMs(from), beforeMs: dayStartMs(before) };
await pipeline(Readable.from(gathered(rows(tables, span))), createWriteStream(to));
await writeFile(`${to}.json`, JSON.stringify({ columns: ['day', 'fraud', ...FEATURES] }));
