/** The console's files as the build left them: read once, served from memory, each with its gzipped form beside it. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface AppFile {
  readonly type: string;
  readonly bytes: Buffer;
  readonly packed: Buffer;
  readonly etag: string;
}

export interface AppFiles {
  readonly index: AppFile;
  /** By name; every name holds the hash of what the file is, so it may be kept for ever. */
  readonly assets: ReadonlyMap<string, AppFile>;
}

/** What a build of the console is made of. Another file is none of its own. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const LIST = 'files.json';

/** Beside the compiled code; for who runs from the sources, in the last build. */
const FOLDERS = ['../web/', '../../dist/web/'].map((path) => fileURLToPath(new URL(path, import.meta.url)));

function readFile(folder: string, name: string): AppFile {
  const bytes = readFileSync(join(folder, name));
  const packed = readFileSync(join(folder, `${name}.gz`));
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  return { type: TYPES[extname(name)] ?? 'application/octet-stream', bytes, packed, etag };
}

/** Null where nobody built it: the list is written last. */
export function readAppFiles(folders: readonly string[] = FOLDERS): AppFiles | null {
  const folder = folders.find((one) => existsSync(join(one, LIST)));
  if (folder === undefined) return null;
  const names = JSON.parse(readFileSync(join(folder, LIST), 'utf8')) as string[];
  const assets = names.filter((name) => name.startsWith('assets/'));
  return {
    index: readFile(folder, 'index.html'),
    assets: new Map(assets.map((name) => [name.slice('assets/'.length), readFile(folder, name)])),
  };
}
