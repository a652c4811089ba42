/** What an event was made from, as the API shows it. */
import { isUtf8 } from 'node:buffer';
import type { KeptOriginal } from '../../log/door/originals.ts';
import type { Original } from '../../wire/webhook.ts';

export function shownOriginal({ cameAt, body, ...kept }: Omit<KeptOriginal, 'source' | 'id'> & { readonly cameAt: Date }): Original {
  const text = isUtf8(body);
  return {
    ...kept,
    cameAt: cameAt.toISOString(),
    body: text ? body.toString('utf8') : null,
    bodyBase64: text ? null : body.toString('base64'),
  };
}
