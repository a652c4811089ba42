/** Who asks, and a browser that signs in. */
import { z } from 'zod';
import { SCOPES } from '../domain/caller.ts';

export const me = z.object({
  auth: z.enum(['off', 'keys']),
  tenant: z.string(),
  actor: z.string().describe('The name of the key; `local` with auth off'),
  scopes: z.array(z.enum(SCOPES)).describe('`admin` implies the others'),
  roles: z.array(z.string()).nullable().describe('null: nobody has proven anything'),
  csrf: z.string().nullable().describe('With the cookie of a session: sent as `Signalbox-Csrf` with everything that is no GET'),
});

export const signIn = z.strictObject({ key: z.string().regex(/^sbx_[A-Za-z0-9_-]{20,100}$/, 'must be a key, as `keys create` prints it') });
export const signedOut = z.object({ signedOut: z.literal(true) });

export const meExample: z.input<typeof me> = {
  ...{ auth: 'keys', tenant: 'default', actor: 'ann', scopes: ['read', 'approve'], roles: ['fraud-desk'] },
  csrf: 'qYJtXW0gQ3m0l8m5aD0o4s8r3J0hZ4xkB6m0bD1o2Yc',
};
