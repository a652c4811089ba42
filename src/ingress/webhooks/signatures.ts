/**
 * Whether a request comes from whom it says: an HMAC of our own over the bytes as they came, before anything reads them. The vendors' libraries sign in the
 * tests and do not verify here: they take changed bytes (a lone `ff` for U+FFFD), times of years ahead, or throw what is no answer.
 * Signatures are compared as text, never decoded: decoding takes several texts for one.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { SignalboxError } from '../../domain/errors.ts';

/** How far a signed time may be from now, on both sides. */
const TOLERANCE_S = 300;
const SIGNATURES_MAX = 20;
const SECONDS = /^\d{1,12}$/;

export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** How a request is signed. Names of headers are in lower case; of several, any one is looked for. */
export interface Scheme {
  readonly algorithm: 'sha256' | 'sha512' | 'sha1';
  readonly encoding: 'hex' | 'base64';
  /** Reads the key out of a secret. */
  readonly keyOf: (secret: string) => Buffer;
  /** Signature texts, and what stands before the body in the signed text; null: a header is missing, which the second says. */
  readonly read: (headers: Headers) => SignedParts | { readonly missing: string };
}

export interface SignedParts {
  readonly signatures: readonly string[];
  readonly before: string;
  /** The signed time in seconds, as text; null: none is signed. */
  readonly seconds: string | null;
}

export function headerOf(headers: Headers, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = headers[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

const missing = (name: string) => ({ missing: name });

export const plainKey = (secret: string): Buffer => Buffer.from(secret, 'utf8');

/** Base64, with or without `whsec_`. */
export const standardKey = (secret: string): Buffer => Buffer.from(secret.replace(/^whsec_/, ''), 'base64');

export const STANDARD: Scheme = {
  ...{ algorithm: 'sha256', encoding: 'base64', keyOf: standardKey },
  read: (headers) => {
    const by = headers['webhook-id'] === undefined && headers['svix-id'] !== undefined ? 'svix' : 'webhook';
    const [id, seconds, signature] = ['id', 'timestamp', 'signature'].map((name) => headerOf(headers, `${by}-${name}`));
    if (id === undefined) return missing(`${by}-id`);
    if (seconds === undefined) return missing(`${by}-timestamp`);
    if (signature === undefined) return missing(`${by}-signature`);
    const signatures = signature.split(' ').flatMap((one) => (one.startsWith('v1,') ? [one.slice(3)] : []));
    return { signatures, before: `${id}.${seconds}.`, seconds };
  },
};

export const STRIPE: Scheme = {
  ...{ algorithm: 'sha256', encoding: 'hex', keyOf: plainKey },
  read: (headers) => {
    const header = headerOf(headers, 'stripe-signature');
    if (header === undefined) return missing('stripe-signature');
    const pairs = header.split(',');
    // to the end of its pair: what stands behind a second sign is not signed, so it must not pass unread
    const times = pairs.flatMap((pair) => after('t=', pair));
    const signatures = pairs.flatMap((pair) => after('v1=', pair));
    if (times.length !== 1 || signatures.length === 0) return missing('stripe-signature with t= and v1=');
    return { signatures, before: `${times[0]}.`, seconds: times[0] as string };
  },
};

export const SLACK: Scheme = {
  ...{ algorithm: 'sha256', encoding: 'hex', keyOf: plainKey },
  read: (headers) => {
    const seconds = headerOf(headers, 'x-slack-request-timestamp');
    const signature = headerOf(headers, 'x-slack-signature');
    if (seconds === undefined) return missing('x-slack-request-timestamp');
    if (signature === undefined) return missing('x-slack-signature');
    return { signatures: after('v0=', signature), before: `v0:${seconds}:`, seconds };
  },
};

const after = (prefix: string, text: string): string[] => (text.startsWith(prefix) ? [text.slice(prefix.length)] : []);

/** GitHub's form: one header, no time. */
export function signedBody({ header, prefix = '', ...how }: SignedBody): Scheme {
  return {
    ...how,
    keyOf: plainKey,
    read: (headers) => {
      const signature = headerOf(headers, ...header);
      return signature === undefined ? missing(header[0] ?? '') : { signatures: after(prefix, signature), before: '', seconds: null };
    },
  };
}

interface SignedBody extends Pick<Scheme, 'algorithm' | 'encoding'> {
  readonly header: readonly string[];
  readonly prefix?: string;
}

interface Signed {
  readonly headers: Headers;
  readonly body: Buffer;
  readonly secrets: readonly string[];
  readonly nowMs: number;
}

/** Throws `webhook-missing`, `webhook-mismatch` or `webhook-stale`; none says anything of a secret. */
export function verifySignature(scheme: Scheme, { headers, body, secrets, nowMs }: Signed): void {
  const parts = scheme.read(headers);
  if ('missing' in parts) throw new SignalboxError('webhook-missing', `Cannot verify the request: ${parts.missing} is missing`);
  const { signatures, before, seconds } = parts;
  if (seconds !== null && !SECONDS.test(seconds))
    throw new SignalboxError('webhook-missing', 'Cannot verify the request: its signed time is no whole number of seconds');
  const good = secrets.map((secret) => {
    const hmac = createHmac(scheme.algorithm, scheme.keyOf(secret));
    return Buffer.from(hmac.update(before).update(body).digest(scheme.encoding));
  });
  const given = signatures.slice(0, SIGNATURES_MAX).map((one) => Buffer.from(one));
  if (!given.some((one) => good.some((other) => one.length === other.length && timingSafeEqual(one, other))))
    throw new SignalboxError('webhook-mismatch', 'No signature of the request is of a secret that is valid for this source');
  const ageS = seconds === null ? 0 : nowMs / 1000 - Number(seconds);
  if (Math.abs(ageS) > TOLERANCE_S)
    throw new SignalboxError(
      'webhook-stale',
      `The request was signed ${Math.round(Math.abs(ageS))} s ${ageS > 0 ? 'ago' : 'ahead of now'}: ${TOLERANCE_S} s are allowed`,
    );
}
