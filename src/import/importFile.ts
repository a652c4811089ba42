/**
 * Streams a table into the running service. Memory holds two batches and the delayed events, whatever the file's size:
 * while one batch is on its way, the next is made.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { CannotRun } from '../domain/errors.ts';
import { type Batch, batches } from './batches.ts';
import { type Checkpoint, fingerprint, readCheckpoint, removeCheckpoint, writeCheckpoint } from './checkpoint.ts';
import type { ImportMap } from './importMap.ts';
import { RejectedFile } from './rejectedFile.ts';
import { openTable } from './rows.ts';
import { type Poster, sendBatch } from './sendBatch.ts';

/** The service takes 8 MiB a batch. */
const BATCH_BYTES_MAX = 6 * 1024 * 1024;
const CHECKPOINT_MS = 1000;

export interface ImportJob {
  readonly file: string;
  readonly map: ImportMap;
  /** As the WHATWG names it: `utf-8`, `windows-1252`. */
  readonly encoding: string;
  /** Hold every event until the last row is read, and send them in the order of their time. */
  readonly sort: boolean;
  readonly poster: Poster;
  /** Whether the service holds this event: tells a database made anew. */
  readonly holds: (source: string, id: string) => Promise<boolean>;
  readonly batchCount: number;
  readonly rowsMax: number;
  readonly rejectedMax: number;
  /** Events a second; infinity is no limit. */
  readonly rate: number;
  readonly checkpointPath: string;
  readonly rejectedPath: string;
  /** Ignore what an earlier run has done. */
  readonly restart: boolean;
  readonly signal: AbortSignal;
  /** A line for people. */
  readonly say: (line: string) => void;
  readonly progress: (now: ImportSummary, bytesRead: number) => void;
}

export interface ImportSummary {
  rows: number;
  /** Sent and settled by this run. */
  events: number;
  repeats: number;
  rejected: number;
  /** Rows that are older than a row before them: a flow may record what comes late and not decide it. */
  outOfOrder: number;
  statuses: Record<string, number>;
  /** Rows that an earlier run had done. */
  resumedAfterRow: number;
  seconds: number;
  rejectedFile: string | null;
}

export async function importFile(job: ImportJob): Promise<ImportSummary> {
  const of = await fingerprint(job.file, [job.map, job.rowsMax, job.encoding, job.sort]);
  const before = await resumeFrom(job, of);
  const run = new ImportRun(job, of, before);
  try {
    const summary = await run.all();
    await removeCheckpoint(job.checkpointPath);
    return summary;
  } catch (error) {
    await run.save();
    throw error instanceof CannotRun
      ? new CannotRun(`${error.message} (${run.rows} rows are done, the same command goes on from there)`, { cause: error })
      : error;
  } finally {
    await run.close();
  }
}

async function resumeFrom(job: ImportJob, of: string): Promise<Checkpoint | null> {
  const before = job.restart ? null : await readCheckpoint(job.checkpointPath, of);
  if (before?.last == null) return before;
  if (await job.holds(before.last.source, before.last.id)) return before;
  job.say(`The service does not hold ${before.last.id}, which an earlier run had sent: starting from the beginning`);
  return null;
}

class ImportRun {
  readonly #job: ImportJob;
  readonly #before: Checkpoint | null;
  readonly #rejected: RejectedFile;
  readonly #summary: ImportSummary;
  readonly #startedMs = performance.now();
  #checkpoint: Checkpoint;
  #savedMs = 0;

  constructor(job: ImportJob, of: string, before: Checkpoint | null) {
    this.#job = job;
    this.#before = before;
    this.#checkpoint = before ?? { fingerprint: of, items: 0, rows: 0, last: null, rejectedBytes: 0 };
    this.#rejected = new RejectedFile(job.rejectedPath, this.#checkpoint.rejectedBytes);
    const resumedAfterRow = before?.rows ?? 0;
    this.#summary = {
      rows: resumedAfterRow,
      events: 0,
      repeats: 0,
      rejected: 0,
      outOfOrder: 0,
      statuses: {},
      resumedAfterRow,
      seconds: 0,
      rejectedFile: null,
    };
  }

  async all(): Promise<ImportSummary> {
    const job = this.#job;
    const table = await openTable(job.file, job.map, job.encoding);
    const limits = { events: job.batchCount, bytes: BATCH_BYTES_MAX, rows: job.rowsMax };
    let sending: Promise<void> = Promise.resolve();
    let sent = 0;
    for await (const batch of batches(table, job.map, {
      ...{ limits, skip: this.#before?.items ?? 0, sort: job.sort },
      late: () => {
        this.#summary.outOfOrder += 1;
      },
    })) {
      await sending;
      job.progress(this.#summary, table.bytesRead());
      this.#stopWhereAsked();
      await this.#keepRate(sent);
      sent += batch.events.length;
      sending = this.#settle(batch);
      // its error is met above; until then it must not count as unhandled
      sending.catch(() => undefined);
    }
    await sending;
    job.progress(this.#summary, table.bytesRead());
    return this.#summary;
  }

  get rows(): number {
    return this.#summary.rows;
  }

  async save(): Promise<void> {
    await writeCheckpoint(this.#job.checkpointPath, this.#checkpoint);
  }

  async close(): Promise<void> {
    await this.#rejected.close();
  }

  #stopWhereAsked(): void {
    if (this.#job.signal.aborted) throw new CannotRun('Stopped');
    if (this.#summary.rejected > this.#job.rejectedMax) {
      throw new CannotRun(
        `Stopped as more than ${this.#job.rejectedMax} rows were rejected, the map may be wrong: see ${this.#job.rejectedPath}, or give a higher --max-rejected`,
      );
    }
  }

  async #keepRate(sent: number): Promise<void> {
    const dueMs = (sent / this.#job.rate) * 1000 - (performance.now() - this.#startedMs);
    // an abort ends the pause; the loop sees it before the next batch
    if (dueMs > 0) await pause(dueMs, undefined, { signal: this.#job.signal }).catch(() => undefined);
  }

  async #settle(batch: Batch): Promise<void> {
    const posted = await sendBatch(this.#job.poster, batch.events);
    const rejected = [...batch.rejected, ...posted.rejected];
    await this.#rejected.write(rejected);
    this.#add(batch, posted, rejected.length);
    const last = batch.events.findLast(({ row }) => !posted.rejected.some((one) => one.row === row));
    this.#checkpoint = {
      fingerprint: this.#checkpoint.fingerprint,
      items: batch.items,
      rows: batch.rows,
      last: last === undefined ? this.#checkpoint.last : { source: last.source, id: last.id },
      rejectedBytes: this.#rejected.bytes,
    };
    await this.#saveSometimes();
  }

  #add(batch: Batch, posted: Awaited<ReturnType<typeof sendBatch>>, rejected: number): void {
    const summary = this.#summary;
    summary.rows = batch.rows;
    summary.events += batch.events.length;
    summary.repeats += posted.repeats;
    summary.rejected += rejected;
    summary.seconds = (performance.now() - this.#startedMs) / 1000;
    if (rejected > 0) summary.rejectedFile = this.#rejected.path;
    for (const [status, count] of Object.entries(posted.statuses)) summary.statuses[status] = (summary.statuses[status] ?? 0) + count;
  }

  async #saveSometimes(): Promise<void> {
    if (performance.now() - this.#savedMs < CHECKPOINT_MS) return;
    this.#savedMs = performance.now();
    await this.save();
  }
}
