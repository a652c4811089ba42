/** Who calls, and what their key allows. */

export const SCOPES = ['events:write', 'read', 'approve', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

export interface Caller {
  readonly tenant: string;
  readonly actor: string;
  readonly scopes: readonly Scope[];
  /** Of the key's holder; null with auth off, where nobody has proven anything. */
  readonly roles: readonly string[] | null;
  /** Events a second; null: no limit. */
  readonly rate: number | null;
}

/** `admin` implies the others. */
export function mayDo({ scopes }: Pick<Caller, 'scopes'>, scope: Scope): boolean {
  return scopes.includes(scope) || scopes.includes('admin');
}
