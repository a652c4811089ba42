/** Folds the entries of a log again, one by one, in order. */
import type { Flow } from '../domain/flow.ts';
import { AT_ACCEPTANCE, foldEntry, keysOf, NOT_FOLDED, type States } from '../kit/fold.ts';
import { type StoredRow, storedEvent } from './storedEvent.ts';

const FINDINGS_MAX = 20;

/** An entry with the body of its event. */
export interface EntryRow extends Omit<StoredRow, 'subject'> {
  kind: string;
  /** Null where the data of an adopted event did not fit: then it was not folded. */
  subject: string | null;
  note: string | null;
}

interface RefoldingDeps {
  readonly flow: Flow;
  readonly policies: (version: string) => Promise<unknown>;
  readonly load: (position: number) => Promise<EntryRow | undefined>;
  readonly redriven: ReadonlySet<number>;
}

export class Refolding {
  readonly states: States = new Map();
  readonly differences: string[] = [];
  entries = 0;
  events = 0;
  otherCode = 0;
  #code: string | null = null;
  #policy: unknown = null;
  readonly #flow: Flow;
  readonly #policies: (version: string) => Promise<unknown>;
  readonly #load: (position: number) => Promise<EntryRow | undefined>;
  /** Events that were folded where they were redriven: not where they stand, though today's code may fold them there. */
  readonly #redriven: ReadonlySet<number>;

  constructor({ flow, policies, load, redriven }: RefoldingDeps) {
    this.#flow = flow;
    this.#policies = policies;
    this.#load = load;
    this.#redriven = redriven;
  }

  async add(row: EntryRow): Promise<void> {
    this.entries += 1;
    if (row.kind === 'code') this.#code = row.note;
    if (row.kind === 'policy') this.#policy = await this.#policies(row.note ?? '');
    if (row.kind === 'event' || row.kind === 'adopt') {
      this.events += 1;
      if (!this.#redriven.has(row.position)) this.#fold(row);
    }
    if (row.kind === 'redrive') {
      const again = await this.#load(Number(row.note));
      // one that its case had put aside was folded where it stands
      if (again !== undefined && row.subject === null) this.#fold(again);
    }
  }

  #fold({ subject, ...row }: EntryRow): void {
    if (this.#code !== this.#flow.code) this.otherCode += 1;
    if (subject === null) return;
    const { event } = storedEvent({ subject, ...row });
    const keys = keysOf(this.#flow, event);
    const entry = foldEntry(
      { flow: this.#flow, policy: this.#policy, states: this.states },
      { event, keys, expired: row.note === AT_ACCEPTANCE, history: false },
    );
    if (row.note?.startsWith(NOT_FOLDED) === true && entry.ending !== 'quarantined')
      this.differ(`the event at ${row.position} was quarantined and folds now`);
  }

  differ(text: string): void {
    if (this.differences.length < FINDINGS_MAX) this.differences.push(text);
  }
}
