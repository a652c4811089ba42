import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { parseExact, printExact } from '../client/exactJson.ts';
import { Refused } from '../client/serviceClient.ts';
import { CannotRun } from '../domain/errors.ts';
import type { BatchResults } from '../wire/receipt.ts';
import { printJson, printLine, say } from './terminal/print.ts';
import { receiptLine } from './terminal/receipt.ts';
import { openClient } from './terminal/target.ts';

interface SendOptions {
  readonly type?: string;
  readonly source: string;
  readonly id?: string;
  readonly time?: string;
  readonly data?: string;
  readonly wait?: number;
  readonly json?: true;
}

export async function sendEvents(file: string | undefined, options: SendOptions): Promise<void> {
  if ((file === undefined) === (options.type === undefined))
    throw new CannotRun('Cannot tell what to send: give a file (- is standard input) or --type');
  const body = file === undefined ? madeHere(options) : await readText(file);
  const isBatch = body.trimStart().startsWith('[');
  const client = await openClient();
  const how = { batch: isBatch, ...(options.wait === undefined ? {} : { waitSeconds: options.wait }) };
  const answer = await client.sendText(body, how).catch(noneAccepted);
  if (options.json === true) printJson(answer);
  const results = 'results' in answer ? answer.results : [answer];
  for (const result of results) {
    const rejected = 'problem' in result;
    if (rejected) process.exitCode = 1;
    if (options.json === true) continue;
    if (rejected) say(`rejected: ${result.problem.code} ${result.problem.detail ?? result.problem.title}`);
    else printLine(receiptLine(result));
    if (!rejected && result.note !== undefined) say(`note: ${result.note}. It is kept, and decided when there is a flow for its type`);
  }
}

/** The refusal of a batch of which nothing was accepted says why for each, as an answer does. */
function noneAccepted(error: unknown): BatchResults {
  const problem = error instanceof Refused ? (error.problem as Partial<BatchResults> | null) : null;
  if (problem?.results === undefined) throw error;
  return { results: problem.results };
}

function madeHere({ type, source, id = randomUUID(), time, data }: SendOptions): string {
  let value: unknown;
  try {
    // its numbers stay as they were written
    value = data === undefined ? undefined : parseExact(data);
  } catch (error) {
    throw new CannotRun(`Cannot read --data as it must be JSON: ${(error as Error).message}`);
  }
  return printExact({
    specversion: '1.0',
    id,
    source,
    type,
    time,
    ...(value === undefined ? {} : { datacontenttype: 'application/json', data: value }),
  });
}

async function readText(file: string): Promise<string> {
  const bytes = await (file === '-' ? buffer(process.stdin) : readFile(file)).catch((error: NodeJS.ErrnoException) => {
    throw new CannotRun(`Cannot read ${file}: ${error.code ?? error.message}`);
  });
  if (!isUtf8(bytes)) throw new CannotRun(`Cannot send ${file} as it is not UTF-8: convert it first`);
  return bytes.toString('utf8').replace(/^\ufeff/, '');
}
