/** Who looks: known by a cookie that no script can read. What is changed carries a proof that it is this page which asks. */
import type { Scope } from '../../domain/caller.ts';
import { ask, Refusal, setKey, setProof, tell } from './call.ts';

export interface Me {
  readonly auth: 'off' | 'keys';
  readonly actor: string;
  readonly scopes: readonly Scope[];
  readonly roles: readonly string[] | null;
  readonly csrf: string | null;
}

const OPEN: Me = { auth: 'off', actor: 'local', scopes: ['admin'], roles: null, csrf: null };

/** Whose key the page was shown by. */
let holder: string | null = null;
let lost: string | null = null;

/** Whose key was taken back while the page was open; null: nobody's. */
export const lostHolder = (): string | null => lost;

function nobody(): null {
  lost = holder ?? lost;
  holder = null;
  return null;
}

const isMissing = (error: unknown): boolean => error instanceof Refusal && error.problem.status === 404;

/** An ingress that knows no sessions is asked for something: whether it wants a key shows by its answer. */
async function withoutSessions(): Promise<Me | null> {
  try {
    await ask('/v1/flows?limit=1');
    return OPEN;
  } catch (error) {
    if (error instanceof Refusal && error.problem.status === 401) return null;
    throw error;
  }
}

/** Null: nobody is signed in, and keys are checked. */
export async function readMe(): Promise<Me | null> {
  try {
    const me = await ask<Me>('/v1/me');
    setProof(me.csrf);
    holder = me.auth === 'keys' ? me.actor : null;
    lost = null;
    return me;
  } catch (error) {
    if (error instanceof Refusal && error.problem.status === 401) return nobody();
    if (isMissing(error)) return withoutSessions();
    throw error;
  }
}

/** Throws Refusal where the key is none. */
export async function signIn(key: string): Promise<void> {
  try {
    setProof((await tell<Me>('/v1/session', { key })).csrf);
  } catch (error) {
    if (!isMissing(error)) throw error;
    setKey(key);
    await ask('/v1/flows?limit=1').catch((refused: unknown) => {
      setKey(null);
      throw refused;
    });
  }
}

export async function signOut(): Promise<void> {
  await tell('/v1/session/end').catch((error: unknown) => {
    if (!isMissing(error)) throw error;
  });
  setProof(null);
  setKey(null);
  holder = null;
  lost = null;
}

/** `admin` implies the others. */
export const may = (me: Me | null | undefined, scope: Scope): boolean =>
  me != null && (me.scopes.includes(scope) || me.scopes.includes('admin'));
