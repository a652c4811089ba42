/** Secrets that providers sign with: taken as they are given, if the provider can sign with them, or made. */
import { randomBytes } from 'node:crypto';
import { SignalboxError } from '../../domain/errors.ts';
import { makeWebhookSecret } from '../../settings/webhookSecret.ts';
import { standardKey } from './signatures.ts';

const isStandard = (provider: string): boolean => provider === 'standard' || provider === 'cloudevents';

/** The one that was given, if the provider can sign with it; else a new one. */
export function secretFor(provider: string, given: string | undefined): { secret: string; made: boolean } {
  if (given === undefined) return { secret: isStandard(provider) ? makeWebhookSecret() : randomBytes(32).toString('hex'), made: true };
  if (isStandard(provider) && (standardKey(given).length < 16 || !/^(whsec_)?[A-Za-z0-9+/]+={0,2}$/.test(given)))
    throw new SignalboxError('bad-request', undefined, {
      errors: [{ pointer: '/secret', detail: 'must be base64 of 16 bytes or more, with or without whsec_ before it' }],
    });
  return { secret: given, made: false };
}
