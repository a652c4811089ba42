/**
 * Writes the features of the fraud model for its training: the very code that serves computes them.
 * `npm run features:fraud -- --data DIR --from 2018-05-08 --before 2018-07-25 --to FILE`. A row is little-endian doubles:
 * the day since the first of the data, fraud (0 or 1), then one number per feature; FILE.json names them.
 */
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { report } from '../../../cli/report.ts';
import { CannotRun } from '../../../domain/errors.ts';
import { foldAll } from '../../../kit/foldAll.ts';
import { parsePolicy } from '../../../policy/policy.ts';
import { wantsDebug } from '../../../settings/config.ts';
import { FEATURES } from '../features.ts';
import { fraud } from '../flow.ts';
import { takePayment } from '../takePayment.ts';
import { dayOf, dayStartMs, findCsv, readTransactions, toEvents } from './handbook.ts';

interface Span {
  readonly fromMs: number;
  readonly beforeMs: number;
}

/** Folds from the first transaction, so that histories are warm when the span begins; stops at its end. */
async function* rows(file: string, { fromMs, beforeMs }: Span): AsyncGenerator<Uint8Array> {
  const policy = parsePolicy(fraud, fraud.policyText);
  for await (const { sent, event, before } of foldAll({ flow: fraud, policy }, toEvents(readTransactions(file)))) {
    if (event.timeMs >= beforeMs) return;
    if (sent.transaction === null || event.timeMs < fromMs) continue;
    const taken = takePayment(before, event);
    const row = Float64Array.of(dayOf(event.timeMs), sent.transaction.fraud ? 1 : 0, ...taken.row);
    yield new Uint8Array(row.buffer);
  }
}

async function* gathered(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let waiting: Uint8Array[] = [];
  for await (const chunk of chunks) {
    waiting.push(chunk);
    if (waiting.length < 4096) continue;
    yield Buffer.concat(waiting);
    waiting = [];
  }
  yield Buffer.concat(waiting);
}

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { data, from, before, to } = parseArgs({ options: { data: text, from: text, before: text, to: text } }).values;
  if (data === undefined || from === undefined || before === undefined || to === undefined)
    throw new CannotRun('Cannot write features without --data DIR --from DAY --before DAY --to FILE');
  const file = await findCsv(data, 'transactions_');
  const span = { fromMs: dayStartMs(from), beforeMs: dayStartMs(before) };
  await pipeline(Readable.from(gathered(rows(file, span))), createWriteStream(to));
  await writeFile(`${to}.json`, JSON.stringify({ columns: ['day', 'fraud', ...FEATURES] }));
}

try {
  await main();
} catch (error) {
  process.exitCode = report(error, wantsDebug());
}
