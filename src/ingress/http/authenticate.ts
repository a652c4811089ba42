/**
 * Who calls. With auth off everyone is `local` (the host check has made sure that they are on this machine); with keys,
 * `Authorization: Bearer sbx_...` or the cookie of a session, its scopes and tenant from the database, remembered for a few seconds.
 */
import type { IncomingMessage } from 'node:http';
import type { Proof } from '../../approvals/approvalRules.ts';
import { type Caller, mayDo, type Scope } from '../../domain/caller.ts';
import { SignalboxError } from '../../domain/errors.ts';
import type { Pool } from '../../log/db/database.ts';
import { findKey, hashKey, type KeyHolder } from '../../log/keys.ts';
import { assertProof, cookieKey } from './cookieKey.ts';

/** How long a revoked key may still work, and a new one that was tried before may not. */
export const REMEMBER_MS = 3000;
const REMEMBERED_MAX = 10_000;
const KEY = /^Bearer +(sbx_[A-Za-z0-9_-]{20,100}) *$/i;
const LOCAL: Caller = { tenant: 'default', actor: 'local', scopes: ['admin'], roles: null, rate: null };

interface Remembered {
  readonly holder: Promise<KeyHolder | null>;
  readonly untilMs: number;
}

/** How it is known who answers an approval. */
export const proofOf = ({ roles }: Caller): Proof => (roles === null ? { by: 'nobody' } : { by: 'key', roles });

/** Who calls. Any one of the scopes will do. Throws `unauthenticated`, or `forbidden` where the caller lacks the scopes. */
export type Callers = (request: IncomingMessage, ...scopes: readonly Scope[]) => Caller | Promise<Caller>;

export function createCallers({ pool, auth }: { pool: Pool; auth: 'off' | 'keys' }): Callers {
  if (auth === 'off') return () => LOCAL;
  const remembered = new Map<string, Remembered>();
  return async (request, ...scopes) => {
    const holder = await holderOf(request, remembered, pool);
    const { tenant, name, roles, rate } = holder;
    const caller = { tenant, actor: name, scopes: holder.scopes, roles, rate };
    if (!scopes.some((scope) => mayDo(caller, scope)))
      throw new SignalboxError('forbidden', `The key ${holder.name} lacks the scope ${scopes.join(' or ')}`);
    return caller;
  };
}

const NO_KEY = 'Send the header `Authorization: Bearer sbx_...`: an operator makes a key by `signalbox keys create`';

async function holderOf(request: IncomingMessage, remembered: Map<string, Remembered>, pool: Pool): Promise<KeyHolder> {
  const key = KEY.exec(request.headers.authorization ?? '')?.[1] ?? keptKey(request);
  const holder = key === undefined ? null : await lookUp(key, remembered, pool);
  // one text whatever was wrong with the key
  if (holder === null) throw new SignalboxError('unauthenticated', NO_KEY);
  return holder;
}

/** Of a browser that has signed in; a header, even a wrong one, goes before it. */
function keptKey(request: IncomingMessage): string | undefined {
  const key = request.headers.authorization === undefined ? cookieKey(request) : null;
  if (key !== null) assertProof(request, key);
  return key ?? undefined;
}

function lookUp(key: string, remembered: Map<string, Remembered>, pool: Pool): Promise<KeyHolder | null> {
  const hash = hashKey(key);
  const name = hash.toString('latin1');
  const known = remembered.get(name);
  const nowMs = performance.now();
  if (known !== undefined && known.untilMs > nowMs) return known.holder;
  const holder = findKey(pool, hash);
  // a flood of wrong keys may empty the memory, which costs look-ups; it may not fill it
  if (remembered.size >= REMEMBERED_MAX) remembered.clear();
  remembered.set(name, { holder, untilMs: nowMs + REMEMBER_MS });
  // a look-up that failed is no answer to remember
  holder.catch(() => remembered.delete(name));
  return holder;
}
