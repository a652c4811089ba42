/** Whether a webhook of ours is ours: Standard Webhooks over the bytes as they came, by Web Crypto, so in browsers and at the edge too. */

/** A request that is not from Signalbox, or is too old. The message says why and holds no secret. */
export class NotVerified extends Error {
  override readonly name = 'NotVerified';
}

interface WebhookHeaders {
  get?(name: string): string | null;
  readonly [name: string]: unknown;
}

interface Verifying {
  /** `whsec_...`; several while one is changed. */
  readonly secrets: string | readonly string[];
  /** How far the signed time may be from now, on both sides; 300 unless told. */
  readonly toleranceSeconds?: number;
  readonly nowMs?: number;
}

const SIGNATURES_MAX = 20;

function headerOf(headers: WebhookHeaders, name: string): string {
  const value = typeof headers.get === 'function' ? headers.get(name) : headers[name];
  if (typeof value !== 'string' || value === '') throw new NotVerified(`The header ${name} is missing`);
  return value;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}

/**
 * The message of a webhook, parsed once it is verified. `body`: the bytes as they came, or their text, never what was parsed and printed again. `headers`: a
 * `Headers`, or names in lower case as Node has them. Throws NotVerified; SyntaxError for what is signed and no JSON.
 */
export async function verifyWebhook<Message = unknown>(
  body: string | Uint8Array,
  headers: WebhookHeaders | Headers,
  { secrets, toleranceSeconds = 300, nowMs = Date.now() }: Verifying,
): Promise<Message> {
  const given = headers as WebhookHeaders;
  const [id, seconds, signature] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => headerOf(given, name)) as [
    string,
    string,
    string,
  ];
  if (!/^\d{1,12}$/.test(seconds)) throw new NotVerified('The header webhook-timestamp is no whole number of seconds');
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const head = new TextEncoder().encode(`${id}.${seconds}.`);
  const signed = new Uint8Array(head.length + bytes.length);
  signed.set(head);
  signed.set(bytes, head.length);
  const signatures = signature
    .split(' ')
    .filter((one) => one.startsWith('v1,'))
    .slice(0, SIGNATURES_MAX)
    .flatMap((one) => bytesOf(one.slice(3)) ?? []);
  let good = false;
  for (const secret of [secrets].flat()) {
    const key = bytesOf(secret.replace(/^whsec_/, ''));
    if (key === null || key.length === 0) throw new TypeError('A secret must be base64, with or without whsec_ before it');
    const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
    for (const one of signatures) good = (await crypto.subtle.verify('HMAC', imported, one, signed)) || good;
  }
  if (!good) throw new NotVerified('No signature is of a secret that is known here');
  const ageSeconds = nowMs / 1000 - Number(seconds);
  if (Math.abs(ageSeconds) > toleranceSeconds)
    throw new NotVerified(`It was signed ${Math.round(Math.abs(ageSeconds))} s ${ageSeconds > 0 ? 'ago' : 'ahead of now'}`);
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Message;
}
