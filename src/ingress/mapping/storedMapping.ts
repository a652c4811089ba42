/** Mappings as they are stored, each read once a process. */
import { isMapping, type Mapping, readMapping } from './mapping.ts';

const REMEMBERED_MAX = 1000;
const known = new Map<string, Mapping>();

/** Throws TypeError: what is stored was found right. */
export function readStoredMapping(text: string): Mapping {
  const before = known.get(text);
  if (before !== undefined) return before;
  const read = readMapping(text);
  if (!isMapping(read)) throw new TypeError(`A stored mapping cannot be read: ${read[0]?.detail}`);
  if (known.size >= REMEMBERED_MAX) known.clear();
  known.set(text, read);
  return read;
}
