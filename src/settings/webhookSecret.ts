/** What signs webhooks, by Standard Webhooks: `whsec_` and the base64 of 24 to 64 bytes, the same for who sends and who verifies. */
import { randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';
const BYTES = { min: 24, made: 32, max: 64 } as const;

export const SECRET_FORM = `${PREFIX} and base64 of ${BYTES.min} to ${BYTES.max} random bytes`;

export function isWebhookSecret(text: string): boolean {
  const encoded = text.startsWith(PREFIX) ? text.slice(PREFIX.length) : '';
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded) || encoded.length % 4 !== 0) return false;
  const { length } = Buffer.from(encoded, 'base64');
  return length >= BYTES.min && length <= BYTES.max;
}

export function makeWebhookSecret(): string {
  return `${PREFIX}${randomBytes(BYTES.made).toString('base64')}`;
}
