/** The rows that became no event, one JSON object a line; made when the first one comes. */
import { type FileHandle, mkdir, open, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { printExact } from '../client/exactJson.ts';
import { CannotRun } from '../domain/errors.ts';
import type { RejectedRow } from './eventMaker.ts';

export class RejectedFile {
  readonly path: string;
  #file: FileHandle | null = null;
  #bytes: number;

  /** `bytes` were settled by an earlier run; what stands behind them is written again. */
  constructor(path: string, bytes: number) {
    this.path = path;
    this.#bytes = bytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  async write(rows: readonly RejectedRow[]): Promise<void> {
    if (rows.length === 0) return;
    const text = rows.map(({ row, problem, content }) => `${printExact({ row, problem, content })}\n`).join('');
    this.#file ??= await this.#open();
    await this.#file.appendFile(text);
    this.#bytes += Buffer.byteLength(text);
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }

  async #open(): Promise<FileHandle> {
    try {
      await mkdir(dirname(this.path), { recursive: true });
      const file = await open(this.path, 'a');
      await truncate(this.path, this.#bytes);
      return file;
    } catch (error) {
      throw new CannotRun(`Cannot write the rejected rows to ${this.path}: ${(error as Error).message}`);
    }
  }
}
