/** Lines of bounded length, ended by LF or CRLF, where `readline` would gather a file without line ends into one text. */
import { CannotRun } from '../domain/errors.ts';
import { BadRow } from './fieldReader.ts';
import { ROW_CHARS_MAX } from './records.ts';

const LF = 0x0a;
const CR = 0x0d;

type Decode = (line: Buffer) => string | BadRow;

/** Throws CannotRun where there is no such encoding. */
function decoderOf(encoding: string) {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  } catch {
    throw new CannotRun(`Cannot read the encoding ${encoding}: say utf-8, windows-1252, iso-8859-15 or another that the WHATWG names`);
  }
}

function openDecoder(encoding: string): Decode {
  const decoder = decoderOf(encoding);
  return (line) => {
    try {
      return decoder.decode(line);
    } catch {
      return new BadRow(`is not ${encoding}: give the file's encoding, --encoding windows-1252, say`);
    }
  };
}

/** What is wrong with one line is given in its place; the rest goes on. A byte order mark is no part of the first. */
export async function* linesOf(bytes: AsyncIterable<Buffer>, encoding: string): AsyncGenerator<string | BadRow> {
  const decode = openDecoder(encoding);
  if (/^utf-?16/i.test(encoding)) throw new CannotRun('Cannot read UTF-16: convert the file to UTF-8 first');
  const parts: Buffer[] = [];
  let length = 0;
  let first = true;
  const line = (last: Buffer): string | BadRow => {
    const whole = parts.length === 0 ? last : Buffer.concat([...parts, last]);
    const tooLong = length + last.length > ROW_CHARS_MAX;
    parts.length = 0;
    length = 0;
    if (tooLong) return new BadRow(`is longer than ${ROW_CHARS_MAX} bytes`);
    const text = decode(whole.at(-1) === CR ? whole.subarray(0, -1) : whole);
    if (!first || text instanceof BadRow) return text;
    first = false;
    return text.replace(/^\ufeff/, '');
  };
  for await (const chunk of bytes) {
    let from = 0;
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, from)) {
      yield line(chunk.subarray(from, at));
      from = at + 1;
    }
    const rest = chunk.subarray(from);
    // beyond the limit only the length counts
    if (length <= ROW_CHARS_MAX && rest.length > 0) parts.push(rest);
    length += rest.length;
  }
  if (length > 0) yield line(Buffer.alloc(0));
}
