/** The whole body as bytes, inflated, within a limit that also holds while inflating and for chunked bodies. */
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { SignalboxError } from '../../domain/errors.ts';

export const BODY_BYTES_MAX = 1 << 20;
export const BATCH_BYTES_MAX = 8 << 20;

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
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  const unpack = encoding === 'identity' ? null : inflateBy(encoding);
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) throw tooLarge(bytesMax);
  const body = await collect(request, bytesMax);
  if (unpack === null || body.length === 0) return body;
  try {
    return await unpack(body, { maxOutputLength: bytesMax });
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(bytesMax);
    throw new SignalboxError('bad-request', `Cannot inflate the body by ${encoding}`);
  }
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

function collect(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes <= bytesMax) return;
      request.off('data', onData);
      chunks.length = 0;
      request.resume();
      reject(tooLarge(bytesMax));
    };
    request.on('data', onData);
    request.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    const onGone = (): void => {
      if (!request.complete) reject(new SignalboxError('bad-request', 'The client went away before its body was whole'));
    };
    request.on('close', onGone);
    request.on('error', onGone);
  });
}
