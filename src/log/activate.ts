/**
 * What folds a log is written in the log: the code and the policy, each switched on by an entry, so that a rebuild folds each
 * event with what held then.
 *
 * Only an ingress that finds no other live one switches its own code and policy on by itself, and it never takes back what an operator
 * chose: then only its code is switched on, and where the two do not go together it does not start.
 */
import { CannotRun } from '../domain/errors.ts';
import { firstFaults } from '../domain/firstFaults.ts';
import type { Flow } from '../domain/flow.ts';
import { UNROUTED } from '../domain/ids.ts';
import { parsePolicy } from '../policy/policy.ts';
import { lintPolicy } from '../policy/policyLint.ts';
import type { Client, Pool } from './db/database.ts';
import { SharedPresence } from './db/sharedPresence.ts';
import { lockHead } from './head.ts';
import { prepareMemory } from './memory/switchMemory.ts';
import { storePolicy } from './policies.ts';
import { type Activation, BUILD, operatorsPolicy, switchOn } from './switchOn.ts';

interface ActivateOptions {
  /** This build's policy takes the place of one that an operator put on, which else stays. Throws CannotRun where that one does not fit this code. */
  readonly withPolicy?: boolean;
}

/** Appends the entries that switch this flow's code and policy on, where they differ from what the head has. */
export async function activateFlow(
  pool: Pool,
  tenant: string,
  flow: Flow,
  { withPolicy = false }: ActivateOptions = {},
): Promise<Activation[]> {
  parsePolicy(flow, flow.policyText);
  const switchMemory = await prepareMemory(pool, { tenant, flow });
  const client = await pool.connect();
  try {
    await ensureHead(client, tenant, flow.name);
    const head = await lockHead(client, tenant, flow.name);
    const kept = withPolicy ? null : await fittingPolicy(client, tenant, flow);
    const version = kept ?? (await storePolicy(client, { tenant, flow: flow.name, text: flow.policyText }));
    const policy = { version, choice: BUILD };
    await switchMemory?.(client, head);
    const done = await switchOn(client, { tenant, flow: flow.name, head }, { code: flow.code, policy });
    await client.query('commit');
    client.release();
    return done;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

/** The version that an operator put on, null where a build did. Throws CannotRun where this build cannot work with it. */
async function fittingPolicy(client: Client | Pool, tenant: string, flow: Flow): Promise<string | null> {
  const chosen = await operatorsPolicy(client, { tenant, flow: flow.name });
  if (chosen === null) return null;
  const { errors } = lintPolicy(flow, chosen.text);
  if (errors.length === 0) return chosen.version;
  const wrong = firstFaults(
    `Cannot switch this code on as the policy ${chosen.version}, which an operator activated, does not fit this build`,
    errors.map(({ pointer, line, detail }) => `${pointer} (line ${line}) ${detail}`),
  );
  throw new CannotRun(
    `${wrong}\n  \`signalbox flow activate ${flow.name} --with-policy\` switches the code and the policy of this build on`,
  );
}

async function ensureHead(client: Client | Pool, tenant: string, log: string): Promise<void> {
  await client.query('insert into heads (tenant, log) values ($1, $2) on conflict do nothing', [tenant, log]);
}

/** Heads for all flows and for unrouted events; the flows' second logs too. */
export async function ensureHeads(pool: Pool, tenant: string, flows: readonly Flow[]): Promise<void> {
  for (const log of [UNROUTED, ...flows.flatMap(({ name }) => [name, `${name}/cases`])]) await ensureHead(pool, tenant, log);
}

export interface Presence {
  /** What this process switched on when it found itself alone. */
  readonly activated: readonly Activation[];
  /** The operators' policies that it left on. */
  readonly kept: readonly string[];
  close(): Promise<void>;
}

/** Throws CannotRun where a policy of this build is none, with its first faults and their places. */
function assertPolicies(flows: readonly Flow[]): void {
  for (const flow of flows) {
    const { errors } = lintPolicy(flow, flow.policyText);
    if (errors.length === 0) continue;
    const faults = errors.map(({ pointer, line, column, detail }) =>
      `line ${line}, column ${column}: ${pointer} ${detail}`.replace('  ', ' '),
    );
    throw new CannotRun(
      `${firstFaults(`Cannot start as the policy of ${flow.name} is wrong`, faults)}\n  src/flows/${flow.name}/policy.yaml`,
    );
  }
}

/** Joins the live ingresses; switches its own code and policies on first where there is no other. */
export async function joinIngresses(
  url: string,
  pool: Pool,
  { tenant, flows }: { tenant: string; flows: readonly Flow[] },
): Promise<Presence> {
  assertPolicies(flows);
  await ensureHeads(pool, tenant, flows);
  const presence = new SharedPresence(url);
  try {
    const { first, connection } = await presence.open();
    const known = await pool.query<{ log: string; code: string | null }>('select log, code from heads where tenant = $1', [tenant]);
    const mine = flows.filter(({ name }) => first || known.rows.find(({ log }) => log === name)?.code == null);
    const kept: string[] = [];
    // all before any: a start that is refused has switched nothing on
    for (const flow of mine) {
      const version = await fittingPolicy(pool, tenant, flow);
      if (version !== null) kept.push(version);
    }
    const activated: Activation[] = [];
    for (const flow of mine) activated.push(...(await activateFlow(pool, tenant, flow)));
    await presence.switched(connection);
    return { activated, kept, close: () => presence.close() };
  } catch (error) {
    // its locks go with its connection
    await presence.close();
    throw error;
  }
}
