/**
 * States as JSON text: what a flow begins with, and all that most flows need. The newest event time stands in front of the state, so
 * that lateness is told without parsing it: `{"format":1,"newestMs":1767225600000,"state":{...}}`.
 */
import type { JsonObject } from '../../domain/event.ts';
import type { StateCodec } from './stateCodec.ts';

const STATE_BYTES_MAX = 65_536;
/** More than the longest head has. */
const HEAD_BYTES_MAX = 80;
const HEAD = /^\{"format":(\d+),"newestMs":(null|-?\d+(?:\.\d+)?),"state":/;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

interface JsonCodec<State> {
  readonly format?: number;
  empty(): State;
  /** A state that is longer as JSON quarantines the event that made it so; 65,536 unless told. */
  readonly bytesMax?: number;
}

/** JSON gives NaN and Infinity back as null, a Map and a Set as nothing. */
function kept(_: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`Cannot keep ${value} in a JSON state`);
  if (value instanceof Map || value instanceof Set) throw new TypeError('Cannot keep a Map or a Set in a JSON state');
  return value;
}

/** Throws RangeError for bytes that `write` has not made. */
function headOf(bytes: Uint8Array): RegExpExecArray {
  const head = HEAD.exec(decoder.decode(bytes.subarray(0, HEAD_BYTES_MAX)));
  if (head === null) throw new RangeError('Cannot read a state as it is no JSON of this kit');
  return head;
}

/** Of plain objects, lists, texts, finite numbers, booleans and null: whatever JSON gives back as it was. */
export function jsonState<State extends object>({ format = 1, empty, bytesMax = STATE_BYTES_MAX }: JsonCodec<State>): StateCodec<State> {
  const formatOf = (bytes: Uint8Array): number => Number(headOf(bytes)[1]);
  return {
    format,
    empty,
    // `{`: no record begins with it
    wrote: (bytes) => bytes[0] === 0x7b && formatOf(bytes) === format,
    read(bytes) {
      if (formatOf(bytes) !== format) throw new RangeError(`Cannot read a state of format ${formatOf(bytes)}`);
      return (JSON.parse(decoder.decode(bytes)) as { state: State }).state;
    },
    write(state, newestMs) {
      const newest = Number.isFinite(newestMs) ? newestMs : null;
      const bytes = encoder.encode(`{"format":${format},"newestMs":${newest},"state":${JSON.stringify(state, kept)}}`);
      if (bytes.length > bytesMax) throw new RangeError(`Cannot keep a state of more than ${bytesMax} bytes: ${bytes.length}`);
      return bytes;
    },
    newestMs(bytes) {
      const newest = headOf(bytes)[2];
      return newest === 'null' ? Number.NEGATIVE_INFINITY : Number(newest);
    },
    show: (state) => state as JsonObject,
  };
}
