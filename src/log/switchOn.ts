/** The entries that switch code and policies on. The caller holds the head's lock, and commits. */
import type { Client, Pool } from './db/database.ts';
import type { Head } from './head.ts';

export interface Activation {
  readonly flow: string;
  readonly what: 'code' | 'policy';
  readonly from: string | null;
  readonly to: string;
}

/** Whose choice a policy is. */
export interface Choice {
  readonly origin: 'build' | 'operator';
  /** Null for a build. */
  readonly actor: string | null;
  readonly note: string | null;
}

export const BUILD: Choice = { origin: 'build', actor: null, note: null };

interface Wanted {
  readonly code?: string;
  readonly policy?: { readonly version: string; readonly choice: Choice };
}

/** Appends an entry for each that differs from what the head has, and moves the head. */
export async function switchOn(
  client: Client,
  { tenant, flow, head }: { tenant: string; flow: string; head: Head },
  { code, policy }: Wanted,
): Promise<Activation[]> {
  const done: Activation[] = [];
  if (code !== undefined && code !== head.code) done.push({ flow, what: 'code', from: head.code, to: code });
  if (policy !== undefined && policy.version !== head.policy) done.push({ flow, what: 'policy', from: head.policy, to: policy.version });
  for (const [at, { what, to }] of done.entries()) {
    const position = head.position + at + 1;
    await client.query('insert into entries (tenant, log, position, kind, accepted_at, note) values ($1, $2, $3, $4, now(), $5)', [
      ...[tenant, flow, position, what, to],
    ]);
    if (what === 'policy' && policy !== undefined) await leaveChoice(client, { tenant, flow, position }, policy.choice);
  }
  await client.query(
    'update heads set position = $3, code = coalesce($4, code), policy = coalesce($5, policy) where tenant = $1 and log = $2',
    [...[tenant, flow, head.position + done.length, code ?? null, policy?.version ?? null]],
  );
  return done;
}

async function leaveChoice(
  client: Client,
  { tenant, flow, position }: { tenant: string; flow: string; position: number },
  { origin, actor, note }: Choice,
): Promise<void> {
  await client.query('insert into activations (tenant, log, position, origin, actor, note) values ($1, $2, $3, $4, $5, $6)', [
    ...[tenant, flow, position, origin, actor, note],
  ]);
}

/** The version that an operator put on the head, with its text; null where a build did. */
export async function operatorsPolicy(
  client: Client | Pool,
  { tenant, flow }: { tenant: string; flow: string },
): Promise<{ version: string; text: string } | null> {
  const { rows } = await client.query<{ version: string; text: string; origin: string | null }>(
    `select p.version, p.text, a.origin from heads h
     cross join lateral (
       select e.position from entries e where e.tenant = h.tenant and e.log = h.log and e.kind = 'policy' order by e.position desc limit 1
     ) last
     cross join lateral (select a.origin from activations a where a.tenant = h.tenant and a.log = h.log and a.position = last.position limit 1) a
     cross join lateral (select p.version, p.text from policies p where p.tenant = h.tenant and p.version = h.policy limit 1) p
     where h.tenant = $1 and h.log = $2`,
    [tenant, flow],
  );
  return rows[0]?.origin === 'operator' ? rows[0] : null;
}
