/**
 * How a state becomes bytes and is read again. A row holds the bytes alone, so they say themselves which codec and format wrote them:
 * a log keeps rows of every format that was ever written, and each of them stays readable.
 */
import type { JsonObject } from '../../domain/event.ts';
import type { StateBytes } from '../../domain/flow/reflex.ts';

export interface StateCodec<State> {
  /** Raised by hand when what is written changes. */
  readonly format: number;
  /** The state of a key without one: a new object each time. */
  empty(): State;
  /** Whether these bytes are of this codec and this format. */
  wrote(bytes: StateBytes): boolean;
  /** A new object, which its fold may change in place. Throws RangeError for bytes that are none of its own. */
  read(bytes: StateBytes): State;
  /** `newestMs` is the newest event time of the key, for codecs whose states do not tell it; -Infinity where no event had one. */
  write(state: State, newestMs: number): StateBytes;
  /** The newest event time of the key, which says what is late; -Infinity where there is none. Reads the first bytes only. */
  newestMs(bytes: StateBytes): number;
  /** For people, where the flow shows nothing of its own. */
  show(state: State): JsonObject;
}

export type StateOf<Codec> = Codec extends StateCodec<infer State> ? State : never;

interface Older<State> {
  wrote(bytes: StateBytes): boolean;
  read(bytes: StateBytes): State;
  newestMs(bytes: StateBytes): number;
}

/** What an earlier codec wrote, as a state of today. */
export function older<Before, State>(codec: StateCodec<Before>, toToday: (before: Before) => State): Older<State> {
  return { wrote: codec.wrote, newestMs: codec.newestMs, read: (bytes) => toToday(codec.read(bytes)) };
}

/** Writes as `today`, and reads what the earlier ones wrote as well. */
export function reading<State>(today: StateCodec<State>, ...earlier: readonly Older<State>[]): StateCodec<State> {
  const readers = [today, ...earlier];
  const readerOf = (bytes: StateBytes): Older<State> => {
    const reader = readers.find(({ wrote }) => wrote(bytes));
    if (reader === undefined) throw new RangeError('Cannot read a state as no known format wrote it');
    return reader;
  };
  return {
    ...today,
    wrote: (bytes) => readers.some(({ wrote }) => wrote(bytes)),
    read: (bytes) => readerOf(bytes).read(bytes),
    newestMs: (bytes) => readerOf(bytes).newestMs(bytes),
  };
}
