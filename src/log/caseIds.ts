/**
 * How cases are named. Temporal's ids, attributes and memos are read by whoever may open its Web UI: of a subject that its flow
 * marks personal they hold a keyed hash, which says nothing to somebody without the key and is the same from every process.
 */
import { createHmac, randomBytes } from 'node:crypto';
import type { Flow } from '../domain/flow.ts';
import type { Pool } from './db/database.ts';
import { workflowId } from './workflowId.ts';

const KEY_BYTES = 32;
const HASH_DIGITS = 32;

interface CaseOf {
  readonly tenant: string;
  readonly flow: string;
  readonly subject: string;
}

export class CaseIds {
  readonly #personal: ReadonlySet<string>;
  readonly #keys: ReadonlyMap<string, Buffer>;

  /** `keys` by tenant; needed for flows with personal subjects alone. */
  constructor(flows: readonly Flow[], keys: ReadonlyMap<string, Buffer> = new Map()) {
    this.#personal = new Set(flows.filter(({ subjectPersonal }) => subjectPersonal === true).map(({ name }) => name));
    this.#keys = keys;
  }

  /** Throws where the flow's subjects are personal and the tenant has no key: better no case than one that names them. */
  of({ tenant, flow, subject }: CaseOf): string {
    if (!this.#personal.has(flow)) return workflowId(tenant, flow, subject);
    const key = this.#keys.get(tenant);
    if (key === undefined)
      throw new Error(`Cannot name a case of ${flow} as its subjects are personal and ${tenant} has no key to hash them`);
    return workflowId(tenant, flow, createHmac('sha256', key).update(subject, 'utf8').digest('hex').slice(0, HASH_DIGITS));
  }
}

/** Once a process: the keys never change. Makes the tenant's where it has none; processes that start together agree on the first one. */
export async function openCaseIds(pool: Pool, tenant: string, flows: readonly Flow[]): Promise<CaseIds> {
  if (!flows.some(({ subjectPersonal }) => subjectPersonal === true)) return new CaseIds(flows);
  await pool.query('insert into subject_keys (tenant, key) values ($1, $2) on conflict do nothing', [tenant, randomBytes(KEY_BYTES)]);
  const { rows } = await pool.query<{ tenant: string; key: Buffer }>('select tenant, key from subject_keys');
  return new CaseIds(flows, new Map(rows.map((row) => [row.tenant, row.key])));
}
