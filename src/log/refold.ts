/** Folds a log again, from its first entry on. */
import type { Flow } from '../domain/flow.ts';
import { parsePolicy } from '../policy/policy.ts';
import type { Client } from './db/database.ts';
import { Policies } from './policies.ts';
import { type EntryRow, Refolding, type RefoldingDeps } from './refolding.ts';

const PAGE = 5000;
/** Of the bodies of a page, its last one excepted: 5,000 of 1 MB are no page. */
const PAGE_BYTES = 16 * 1024 * 1024;

/** Page by page by index: while statistics lag behind, a plain join read all bodies for every page. */
const rowsWhere = (condition: string): string => `select position, kind, accepted_at, source, id, type, subject, note, history, body from (
    select e.*, b.body, sum(coalesce(octet_length(b.body), 0)) over (order by e.position) - coalesce(octet_length(b.body), 0) as bytes_before from (
      select position, kind, accepted_at, source, id, type, subject, note, history from entries
      where tenant = $1 and log = $2 and ${condition} order by position limit ${PAGE}) e
    left join lateral (select body from bodies b where b.tenant = $1 and b.log = $2 and b.position = e.position limit 1) b on true) page
  where bytes_before < ${PAGE_BYTES} order by position`;
const ROW_AT = rowsWhere('position = $3');
const ROWS_AFTER = rowsWhere('position > $3');

interface Refolded extends Pick<RefoldingDeps, 'anew'> {
  readonly tenant: string;
  readonly flow: Flow;
}

export class Refold {
  readonly refolding: Refolding;
  readonly #of: Refolded;
  readonly #policies = new Policies();
  #client: Client;
  #after = 0;

  private constructor(client: Client, of: Refolded, redriven: ReadonlySet<number>) {
    this.#client = client;
    this.#of = of;
    const { tenant, flow, anew } = of;
    this.refolding = new Refolding({
      ...{ flow, anew, redriven },
      policies: (version) => this.#policy(version),
      load: async (position) => (await this.#client.query<EntryRow>(ROW_AT, [tenant, flow.name, position])).rows[0],
    });
  }

  static async begin(client: Client, of: Refolded): Promise<Refold> {
    return new Refold(client, of, await readRedriven(client, of));
  }

  /** Up to the last entry that `client` sees. */
  async goOn(client: Client): Promise<void> {
    this.#client = client;
    const { tenant, flow } = this.#of;
    for (;;) {
      const { rows } = await client.query<EntryRow>(ROWS_AFTER, [tenant, flow.name, this.#after]);
      for (const row of rows) await this.refolding.add(row);
      const last = rows.at(-1);
      if (last === undefined) return;
      this.#after = last.position;
    }
  }

  /** One that this code cannot read any more held for events that another code folded: where those are folded anew, its own stands in. */
  async #policy(version: string): Promise<unknown> {
    const { tenant, flow, anew } = this.#of;
    try {
      return (await this.#policies.get(this.#client, tenant, flow, version)).policy;
    } catch (error) {
      if (!anew) throw error;
      return parsePolicy(flow, flow.policyText);
    }
  }
}

/** Those that their case had put aside are not among them: they were folded where they stand. */
async function readRedriven(client: Client, { tenant, flow }: Refolded): Promise<Set<number>> {
  const { rows } = await client.query<{ position: string }>(
    "select note as position from entries where tenant = $1 and log = $2 and kind = 'redrive' and subject is null",
    [tenant, flow.name],
  );
  return new Set(rows.map(({ position }) => Number(position)));
}
