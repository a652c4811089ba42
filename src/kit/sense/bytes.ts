/**
 * Compact bytes for states: LEB128 varints (as DWARF 5 section 7.6 and Protocol Buffers describe them) of whole numbers up to
 * 2^53 - 1, zigzag for signed ones, fixed 32 bits and IEEE doubles (little endian). A writer grows by itself; a reader throws
 * RangeError where the bytes end too soon, so a damaged state quarantines its event instead of being folded.
 */

/** Below this a varint is done with 32-bit operations, which are several times faster than division. */
const FAST_MAX = 0x7fff_ffff;

/** What the last writer wrote into, for the next one: making such memory took longer than filling it. Null while a writer has it. */
let spare: Uint8Array | null = null;
const SPARE_BYTES_MIN = 1024;
const NOTHING = new Uint8Array(0);
const SPARE_BYTES_MAX = 65_536;

// made once: a decoder took longer to make than a text to decode
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export class ByteWriter {
  #bytes: Uint8Array;
  #length = 0;

  /** @param capacityBytes what is likely enough; more than that costs a copy. */
  constructor(capacityBytes: number) {
    this.#bytes = spare !== null && spare.length >= capacityBytes ? spare : new Uint8Array(Math.max(SPARE_BYTES_MIN, capacityBytes));
    if (this.#bytes === spare) spare = null;
  }

  /** A whole number of 0..255. */
  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** A whole number of 0..2^53 - 1, in 1 to 8 bytes; throws RangeError for others. */
  varint(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0)
      throw new RangeError(`Cannot write a varint as it must be a whole number from 0: ${value}`);
    this.#reserve(8);
    const bytes = this.#bytes;
    let at = this.#length;
    let rest = value;
    while (rest > FAST_MAX) {
      bytes[at++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    while (rest > 127) {
      bytes[at++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    bytes[at++] = rest;
    this.#length = at;
  }

  /** A whole number of -2^52..2^52 - 1, small ones short whatever their sign. */
  zigzag(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** A whole number of 0..2^32 - 1, in 4 bytes. */
  uint32(value: number): void {
    this.#reserve(4);
    const bytes = this.#bytes;
    bytes[this.#length++] = value;
    bytes[this.#length++] = value >>> 8;
    bytes[this.#length++] = value >>> 16;
    bytes[this.#length++] = value >>> 24;
  }

  /** Any number, in 8 bytes. */
  float64(value: number): void {
    this.#reserve(8);
    new DataView(this.#bytes.buffer).setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  /** A number as IEEE single, in 4 bytes: rounded to what `Math.fround` gives. */
  float32(value: number): void {
    this.#reserve(4);
    new DataView(this.#bytes.buffer).setFloat32(this.#length, value, true);
    this.#length += 4;
  }

  /** As many singles as there are, without their number. */
  floats(values: ArrayLike<number>): void {
    this.#reserve(4 * values.length);
    const view = new DataView(this.#bytes.buffer);
    for (let at = 0; at < values.length; at += 1) view.setFloat32(this.#length + 4 * at, values[at] as number, true);
    this.#length += 4 * values.length;
  }

  /** UTF-8 with its length in bytes before it. */
  text(value: string): void {
    const bytes = encoder.encode(value);
    this.varint(bytes.length);
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** What was written, in bytes of its own. The writer is empty then. */
  finish(): Uint8Array {
    const written = this.#bytes.slice(0, this.#length);
    if (this.#bytes.length <= SPARE_BYTES_MAX) spare = this.#bytes;
    this.#bytes = NOTHING;
    this.#length = 0;
    return written;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(2 * this.#bytes.length + more);
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}

export class ByteReader {
  readonly #bytes: Uint8Array;
  #view: DataView | null = null;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  byte(): number {
    const value = this.#bytes[this.#at++];
    if (value === undefined) throw new RangeError(`Cannot read a state as it ends after ${this.#bytes.length} bytes`);
    return value;
  }

  varint(): number {
    let byte = this.byte();
    if (byte < 128) return byte;
    let value = byte & 127;
    // four bytes with 32-bit operations, the rest with doubles
    for (let shift = 7; shift < 28; shift += 7) {
      byte = this.byte();
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
    for (let scale = 2 ** 28; scale < Number.MAX_SAFE_INTEGER; scale *= 128) {
      byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    throw new RangeError('Cannot read a state as one of its numbers does not end');
  }

  zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  uint32(): number {
    return (this.byte() | (this.byte() << 8) | (this.byte() << 16) | (this.byte() << 24)) >>> 0;
  }

  float64(): number {
    const at = this.#take(8);
    return this.#viewed().getFloat64(at, true);
  }

  float32(): number {
    const at = this.#take(4);
    return this.#viewed().getFloat32(at, true);
  }

  floats(length: number): Float32Array {
    const from = this.#take(4 * length);
    const view = this.#viewed();
    const values = new Float32Array(length);
    for (let at = 0; at < length; at += 1) values[at] = view.getFloat32(from + 4 * at, true);
    return values;
  }

  text(): string {
    const length = this.varint();
    const at = this.#take(length);
    return decoder.decode(this.#bytes.subarray(at, at + length));
  }

  /** Where the next so many bytes begin. */
  #take(length: number): number {
    const at = this.#at;
    if (at + length > this.#bytes.length) throw new RangeError(`Cannot read a state as it ends after ${this.#bytes.length} bytes`);
    this.#at += length;
    return at;
  }

  /** Made for the first number that needs it: one for each took longer than reading it. */
  #viewed(): DataView {
    this.#view ??= new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);
    return this.#view;
  }
}
