/** Tells one build's folding from another's. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** What this process was loaded from: the sources, or what they were compiled to. */
const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

/**
 * SHA-256 (hex) over the contents of files named from `src/`; a name without an extension is a module. Each content's length goes
 * before it, so that no text can move from one file to the next unseen.
 */
export function foldingCode(files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) {
    const path = file.endsWith('.json') ? file : file + EXTENSION;
    const content = readFileSync(new URL(`../${path}`, import.meta.url));
    hash.update(`${file} ${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}
