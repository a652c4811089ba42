/** Policies by content version, as stored. A version's content never changes, so what was read once holds. */
import { SignalboxError } from '../domain/errors.ts';
import type { Flow } from '../domain/flow.ts';
import { reflexActsOn } from '../policy/followingActions.ts';
import { parsePolicy, policyContent, policyVersion } from '../policy/policy.ts';
import type { Client, Pool } from './db/database.ts';

export interface KnownPolicy {
  readonly version: string;
  readonly policy: unknown;
}

/** Versions that one process remembers; a flow has a handful. */
const KNOWN_MAX = 500;

/** Stores a text and gives its version; one of the same content stays as it was. */
export async function storePolicy(
  client: Client | Pool,
  { tenant, flow, text }: { tenant: string; flow: string; text: string },
): Promise<string> {
  const version = policyVersion(flow, text);
  await client.query(
    'insert into policies (tenant, version, flow, text, reflex_acts_on) values ($1, $2, $3, $4, $5) on conflict do nothing',
    [...[tenant, version, flow, text, reflexActsOn(policyContent(flow, text))]],
  );
  return version;
}

export class Policies {
  readonly #known = new Map<string, KnownPolicy>();
  readonly #running = new Map<string, 'keep' | 'follow'>();

  /** Throws `policy-unfit` where the database has no such version, or one that does not fit the flow's schema: another build's. */
  async get(client: Client | Pool, tenant: string, flow: Flow, version: string): Promise<KnownPolicy> {
    const known = this.#known.get(version);
    if (known !== undefined) return known;
    const text = await textOf(client, tenant, version);
    try {
      return remember(this.#known, version, { version, policy: parsePolicy(flow, text) });
    } catch (error) {
      throw new SignalboxError('policy-unfit', `${version}: ${(error as Error).message}`, { cause: error });
    }
  }

  /** What a version says of the cases that run. Read without the flow's schema, so that a case that keeps its own does not wait for it. */
  async runningCases(client: Client | Pool, tenant: string, version: string): Promise<'keep' | 'follow'> {
    const known = this.#running.get(version);
    if (known !== undefined) return known;
    const content = policyContent(version, await textOf(client, tenant, version)) as { runningCases?: unknown } | null;
    return remember(this.#running, version, content?.runningCases === 'follow' ? 'follow' : 'keep');
  }
}

function remember<Value>(known: Map<string, Value>, version: string, value: Value): Value {
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(version, value);
  return value;
}

async function textOf(client: Client | Pool, tenant: string, version: string): Promise<string> {
  const { rows } = await client.query<{ text: string }>('select text from policies where tenant = $1 and version = $2', [tenant, version]);
  const text = rows[0]?.text;
  if (text === undefined) throw new SignalboxError('policy-unfit', `The database does not hold the policy ${version || 'of this flow'}`);
  return text;
}
