/**
 * The records of a CSV text, one by one and each by itself, as RFC 4180 has them: a quote opens a cell only at its beginning, and a quoted cell may
 * hold line ends. A record that is wrong costs its first line alone: a reader of the whole file would take all that follows an unclosed quote
 * for one cell.
 */
import { BadRow } from './fieldReader.ts';

/** An event is refused above 1 MiB, so a row beyond this is no row of ours. */
export const ROW_CHARS_MAX = 4 * 1024 * 1024;
/** Lines of one record. An unclosed quote is found after so many, and they are read again. */
const LINES_MAX = 1000;

/** Whether a line that begins inside a quoted cell, or not, ends inside one; null if a quote stands where none may. */
function endsQuoted(line: string, delimiter: string, quoted: boolean): boolean | null {
  let inside = quoted;
  let cellStart = !quoted;
  for (let at = 0; at < line.length; at += 1) {
    const character = line[at];
    if (inside) {
      if (character !== '"') continue;
      if (line[at + 1] === '"') at += 1;
      else {
        inside = false;
        const next = line[at + 1];
        if (next !== undefined && next !== delimiter) return null;
      }
    } else if (character === '"') {
      if (!cellStart) return null;
      inside = true;
    }
    cellStart = !inside && character === delimiter;
  }
  return inside;
}

/** The text of each record without its line end, or what is wrong with the line that it began on. */
export async function* csvRecords(lines: AsyncIterable<string | BadRow>, delimiter: string): AsyncGenerator<string | BadRow> {
  const source = lines[Symbol.asyncIterator]();
  /** Lines that are read again after a record that went wrong. */
  const again: string[] = [];
  let failed: BadRow | undefined;
  const nextLine = async (): Promise<string | undefined> => {
    const known = again.shift();
    if (known !== undefined || failed !== undefined) return known;
    const { value, done } = await source.next();
    if (done === true) return undefined;
    if (typeof value === 'string') return value;
    failed = value;
    return undefined;
  };
  for (;;) {
    const first = await nextLine();
    if (first === undefined) {
      if (failed === undefined) return;
      yield failed;
      failed = undefined;
      continue;
    }
    const record = [first];
    let chars = first.length;
    let open = first.includes('"') ? endsQuoted(first, delimiter, false) : false;
    while (open === true && record.length < LINES_MAX && chars < ROW_CHARS_MAX) {
      const line = await nextLine();
      if (line === undefined) break;
      record.push(line);
      chars += line.length + 1;
      open = line.includes('"') ? endsQuoted(line, delimiter, true) : true;
    }
    if (open === false) yield record.join('\n');
    else {
      yield new BadRow(open === null ? 'has a quote where none may stand' : 'has a quote that nothing closes');
      again.unshift(...record.slice(1));
    }
  }
}
