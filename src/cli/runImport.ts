/** The import as a command: options in, progress shown, summary out. */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import cliProgress from 'cli-progress';
import { Signalbox } from '../client/signalbox.ts';
import { CannotRun } from '../domain/errors.ts';
import { type ImportJob, type ImportSummary, importFile } from '../import/importFile.ts';
import { parseImportMap } from '../import/importMap.ts';
import { readConfig } from '../settings/config.ts';
import { printJson, printLine, say } from './terminal/print.ts';
import { serviceUrl } from './terminal/target.ts';

interface ImportOptions {
  readonly file: string;
  readonly map: string;
  readonly asHistory?: true;
  readonly rate?: number;
  readonly limit?: number;
  readonly batch: number;
  readonly maxRejected: number;
  readonly retry: number;
  readonly rejected?: string;
  readonly checkpoint?: string;
  readonly restart?: true;
  readonly encoding: string;
  readonly sort?: true;
  readonly json?: true;
}

const unreadable = (file: string) => (error: NodeJS.ErrnoException) => {
  throw new CannotRun(`Cannot read ${file}: ${error.code ?? error.message}`);
};

export async function runImport(options: ImportOptions): Promise<void> {
  const config = readConfig();
  const map = await parseImportMap(await readFile(options.map, 'utf8').catch(unreadable(options.map)), options.map);
  const { size } = await stat(options.file).catch(unreadable(options.file));
  const client = new Signalbox({ url: await serviceUrl(config), key: config.SIGNALBOX_KEY, retryMs: options.retry * 1000 });
  const stop = new AbortController();
  const interrupted = (): void => stop.abort();
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  const progress = showProgress(size);
  const folder = join(config.SIGNALBOX_DATA, 'imports');
  const summary = await importFile({
    file: options.file,
    map,
    encoding: options.encoding,
    sort: options.sort === true,
    poster: { client, history: options.asHistory === true },
    holds: async (source, id) => (await client.events({ source, id, limit: 1 })).items.length > 0,
    batchCount: options.batch,
    rowsMax: options.limit ?? Number.MAX_SAFE_INTEGER,
    rejectedMax: options.maxRejected,
    rate: options.rate ?? Number.POSITIVE_INFINITY,
    checkpointPath: options.checkpoint ?? join(folder, `${ownName(options.file)}.checkpoint.json`),
    rejectedPath: options.rejected ?? join(folder, `${ownName(options.file)}.rejected.ndjson`),
    restart: options.restart === true,
    signal: stop.signal,
    say,
    progress: progress.show,
  }).finally(progress.stop);
  if (options.json === true) printJson(summary);
  else printSummary(summary);
  if (summary.outOfOrder > 0)
    say(
      `${summary.outOfOrder} rows are older than a row before them, and a flow may record what comes late instead of deciding it: give --sort`,
    );
  if (summary.rejected > 0 || summary.outOfOrder > 0) process.exitCode = 1;
}

/** Two files of one name in two folders are two imports. */
function ownName(file: string): string {
  const digest = createHash('sha256').update(resolve(file)).digest('hex');
  return `${basename(file)}.${digest.slice(0, 8)}`;
}

function showProgress(size: number): { show: ImportJob['progress']; stop: () => void } {
  if (!process.stderr.isTTY) return { show: () => undefined, stop: () => undefined };
  const format = '{bar} {percentage} % | {events} events, {rate}/s | {rejected} rejected | {eta_formatted} to go';
  const bar = new cliProgress.SingleBar({ format, hideCursor: true, etaBuffer: 100 }, cliProgress.Presets.shades_classic);
  bar.start(size, 0, { events: 0, rate: 0, rejected: 0 });
  return {
    show: ({ events, seconds, rejected }, bytesRead) => {
      bar.update(bytesRead, { events, rate: Math.round(events / Math.max(seconds, 0.001)), rejected });
    },
    stop: () => bar.stop(),
  };
}

function printSummary({ rows, events, repeats, rejected, statuses, resumedAfterRow, seconds, rejectedFile }: ImportSummary): void {
  const parts = Object.entries(statuses).map(([status, count]) => `${count} ${status}`);
  const resumed = resumedAfterRow === 0 ? '' : `, from row ${resumedAfterRow + 1} on`;
  printLine(
    `${rows} rows read${resumed}: ${events} events sent in ${seconds.toFixed(1)} s (${Math.round(events / Math.max(seconds, 0.001))}/s)`,
  );
  if (parts.length > 0) printLine(`${parts.join(', ')}; ${repeats} of them were known`);
  if (rejected > 0) printLine(`${rejected} rejected: see ${rejectedFile}`);
}
