/** Who looks: known by a cookie that no script can read. What is changed carries a proof that it is this page which asks. */
import type { Scope } from '../../domain/caller.ts';
import { ask, Refusal, setProof, tell } from './call.ts';

export interface Me {
  readonly auth: 'off' | 'keys';
  readonly actor: string;
  readonly scopes: readonly Scope[];
  readonly roles: readonly string[] | null;
  readonly csrf: string | null;
}

const OPEN: Me = { auth: 'off', actor: 'local', scopes: ['admin'], roles: null, csrf: null };

/** Null: nobody is signed in, and keys are checked. */
export async function readMe(): Promise<Me | null> {
  try {
    const me = await ask<Me>('/v1/me');
    setProof(me.csrf);
    return me;
  } catch (error) {
    if (error instanceof Refusal && error.problem.status === 401) return null;
    // an ingress that knows no sessions asks for no key of a browser
    if (error instanceof Refusal && error.problem.status === 404) return OPEN;
    throw error;
  }
}

/** Throws Refusal where the key is none. */
export async function signIn(key: string): Promise<Me> {
  const me = await tell<Me>('/v1/session', { key });
  setProof(me.csrf);
  return me;
}

export async function signOut(): Promise<void> {
  await tell('/v1/session/end');
  setProof(null);
}

/** `admin` implies the others. */
export const may = (me: Me | null | undefined, scope: Scope): boolean =>
  me != null && (me.scopes.includes(scope) || me.scopes.includes('admin'));
