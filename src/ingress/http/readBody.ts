/** The whole body as bytes, inflated, within a limit that also holds while inflating and for chunked bodies. */
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { SignalboxError } from '../../domain/errors.ts';
import { sendContinue } from './expectContinue.ts';

export const BODY_BYTES_MAX = 1 << 20;
export const BATCH_BYTES_MAX = 8 << 20;

const GROWN_BYTES_MIN = 4096;
/** Bodies that come in at the same time, all together: beyond it, 503. */
export const READING_BYTES_MAX = 256 << 20;

type Inflate = (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const INFLATE: Readonly<Record<string, Inflate>> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

/**
 * Fails with `too-large`, `unsupported-media`, `bad-request` (does not inflate, or the client went away).
 * A body that is too large is answered at once; Node reads the rest of it and drops it, so that the client gets
 * to read the answer, and the server's request timeout ends one that never ends.
 */
export async function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const encoding = codingOf(request.headers['content-encoding'] ?? '');
  const unpack = encoding === null ? null : inflateBy(encoding);
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) throw tooLarge(bytesMax);
  sendContinue(request);
  const body = await collect(request, bytesMax);
  if (unpack === null || body.length === 0) return body;
  try {
    return await unpack(body, { maxOutputLength: bytesMax });
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(bytesMax);
    throw new SignalboxError('bad-request', `Cannot inflate the body by ${encoding}`);
  }
}

/** A list (RFC 9110, 8.4) of which nothing may be left; null where there is no coding. */
function codingOf(header: string): string | null {
  const codings = header.split(',').map((coding) => coding.trim().toLowerCase());
  const left = codings.filter((coding) => coding !== '' && coding !== 'identity');
  return left.length === 0 ? null : left.join(', ');
}

function inflateBy(encoding: string): Inflate {
  const found = Object.hasOwn(INFLATE, encoding) ? INFLATE[encoding] : undefined;
  if (found === undefined)
    throw new SignalboxError('unsupported-media', 'Cannot read that content encoding: only identity, gzip, deflate and br');
  return found;
}

function tooLarge(bytesMax: number): SignalboxError {
  return new SignalboxError('too-large', `Cannot read a body of more than ${bytesMax} bytes`);
}

/** What came so far, in one piece: the chunks of a client may be of one byte, and each would keep memory of its own and all that it was cut from. */
class Collected {
  length = 0;
  #bytes: Buffer = Buffer.alloc(0);

  add(chunk: Buffer): void {
    const length = this.length + chunk.length;
    if (this.length === 0) this.#bytes = chunk;
    else {
      if (length > this.#bytes.length) this.#grow(Math.max(2 * length, GROWN_BYTES_MIN));
      chunk.copy(this.#bytes, this.length);
    }
    this.length = length;
  }

  #grow(size: number): void {
    const grown = Buffer.allocUnsafeSlow(size);
    this.#bytes.copy(grown, 0, 0, this.length);
    this.#bytes = grown;
  }

  bytes(): Buffer {
    return this.#bytes.subarray(0, this.length);
  }
}

/** Of all requests that are being read. */
let readingBytes = 0;

async function collect(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const collected = new Collected();
  try {
    await new Promise<void>((resolve, reject) => {
      const refuse = (error: SignalboxError): void => {
        request.off('data', onData);
        request.resume();
        reject(error);
      };
      const onData = (chunk: Buffer): void => {
        collected.add(chunk);
        readingBytes += chunk.length;
        if (collected.length > bytesMax) refuse(tooLarge(bytesMax));
        else if (readingBytes > READING_BYTES_MAX) refuse(new SignalboxError('queue-full', 'Too many bodies are being read'));
      };
      request.on('data', onData);
      request.on('end', resolve);
      const onGone = (): void => {
        if (!request.complete) reject(new SignalboxError('bad-request', 'The client went away before its body was whole'));
      };
      request.on('close', onGone);
      request.on('error', onGone);
    });
    return collected.bytes();
  } finally {
    readingBytes -= collected.length;
  }
}
