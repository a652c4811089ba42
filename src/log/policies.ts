/** Policies by content version, as stored. A version's content never changes, so what was read once holds. */

import type { Flow } from '../flow.ts';
import { parsePolicy, policyVersion } from '../policy.ts';
import type { Client, Pool } from './database.ts';

export interface KnownPolicy {
  readonly version: string;
  readonly policy: unknown;
}

export class Policies {
  readonly #known = new Map<string, KnownPolicy>();

  /** Stores the flow's own policy text and gives its version. Throws where the text is not a valid policy. */
  async store(client: Client | Pool, tenant: string, flow: Flow): Promise<KnownPolicy> {
    const version = policyVersion(flow.name, flow.policyText);
    const known = { version, policy: parsePolicy(flow, flow.policyText) };
    await client.query('insert into policies (tenant, version, flow, text) values ($1, $2, $3, $4) on conflict do nothing', [
      tenant,
      version,
      flow.name,
      flow.policyText,
    ]);
    this.#known.set(version, known);
    return known;
  }

  async get(client: Client | Pool, tenant: string, flow: Flow, version: string): Promise<KnownPolicy> {
    const known = this.#known.get(version);
    if (known !== undefined) return known;
    const { rows } = await client.query<{ text: string }>('select text from policies where tenant = $1 and version = $2', [
      tenant,
      version,
    ]);
    const text = rows[0]?.text;
    if (text === undefined) throw new Error(`Cannot fold with the policy ${version} as the database does not hold it`);
    const read = { version, policy: parsePolicy(flow, text) };
    this.#known.set(version, read);
    return read;
  }
}
