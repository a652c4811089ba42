/** A package of the Python index, fetched at a pinned version and taken only when its hash is the one that is known here. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PIP_TIMEOUT_MS = 120_000;

export interface Wheel {
  /** `name==version` */
  readonly name: string;
  readonly sha256: string;
}

/** Into an empty folder. One interpreter brings both pip and a zip reader, so nothing is installed and no virtual environment is made. */
export async function fetchWheel({ name, sha256 }: Wheel, folder: string, signal?: AbortSignal): Promise<void> {
  const options = { timeout: PIP_TIMEOUT_MS, ...(signal === undefined ? {} : { signal }) };
  const download = [
    '-m',
    'pip',
    'download',
    '--quiet',
    '--disable-pip-version-check',
    '--no-deps',
    '--only-binary=:all:',
    '--dest',
    folder,
    name,
  ];
  await run('python3', download, options);
  const [file] = await readdir(folder);
  if (file === undefined) throw new Error('pip downloaded nothing');
  const hash = createHash('sha256');
  await pipeline(createReadStream(join(folder, file)), hash);
  const actual = hash.digest('hex');
  if (actual !== sha256) throw new Error(`${file} has the SHA-256 ${actual} instead of ${sha256}`);
  await run('python3', ['-m', 'zipfile', '-e', join(folder, file), folder], options);
}
