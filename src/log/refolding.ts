/** Folds the entries of a log again, one by one, in order. */
import type { Flow } from '../domain/flow.ts';
import { ownSource } from '../domain/ownEvent.ts';
import { AT_ACCEPTANCE, foldEntry, keysOf, LATE, NOT_FOLDED, type States } from '../kit/fold.ts';
import { RefoldedMemory } from './memory/refoldedMemory.ts';
import { type StoredRow, storedEvent } from './storedEvent.ts';
import { type Entry, RefoldedWatches } from './watch/refoldedWatches.ts';

const FINDINGS_MAX = 20;

/** An entry with the body of its event. */
export interface EntryRow extends Omit<StoredRow, 'subject'> {
  kind: string;
  /** Null where the data of an adopted event did not fit: then it was not folded. */
  subject: string | null;
  note: string | null;
  history: boolean;
}

export interface RefoldingDeps {
  readonly flow: Flow;
  /** As if this code had folded all of it: what was put into quarantine stays there, though it might fold now. */
  readonly anew: boolean;
  readonly policies: (version: string) => Promise<unknown>;
  readonly load: (position: number) => Promise<EntryRow | undefined>;
  readonly redriven: ReadonlySet<number>;
}

export class Refolding {
  readonly states: States = new Map();
  readonly watches: RefoldedWatches;
  /** Of a flow that has one. */
  readonly memory: RefoldedMemory | null;
  readonly differences: string[] = [];
  entries = 0;
  events = 0;
  otherCode = 0;
  #code: string | null = null;
  #policy: unknown = null;
  readonly #flow: Flow;
  readonly #anew: boolean;
  readonly #policies: (version: string) => Promise<unknown>;
  readonly #load: (position: number) => Promise<EntryRow | undefined>;
  /** Events that were folded where they were redriven: not where they stand, though today's code may fold them there. */
  readonly #redriven: ReadonlySet<number>;

  constructor({ flow, anew, policies, load, redriven }: RefoldingDeps) {
    this.#flow = flow;
    this.#anew = anew;
    this.memory = flow.reflex?.memory === undefined ? null : new RefoldedMemory(flow, flow.reflex.memory);
    this.watches = new RefoldedWatches(flow);
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
      this.#end(row);
      if (!this.#redriven.has(row.position)) this.#fold(row);
    }
    if (row.kind === 'redrive') {
      const again = await this.#load(Number(row.note));
      // one that its case had put aside was folded where it stands
      if (again !== undefined && row.subject === null) this.#fold(again, row);
    }
    this.memory?.passed(row.position, (text) => this.differ(text));
  }

  /** An own event that its reflex could not fold has ended its watch all the same. */
  #end({ subject, ...row }: EntryRow): void {
    if (subject === null || row.source !== ownSource(this.#flow.name)) return;
    const fault = this.watches.end(storedEvent({ subject, ...row }).event);
    if (fault !== null) this.differ(fault);
  }

  /** `at`: the entry at which it is folded; its type says if it was too late. */
  #fold({ subject, ...row }: EntryRow, at?: Pick<EntryRow, 'position' | 'accepted_at' | 'type'>): void {
    const anyway = at?.type === LATE;
    if (this.#code !== this.#flow.code) this.otherCode += 1;
    const putAside = row.note?.startsWith(NOT_FOLDED) === true;
    if (subject === null || (this.#anew && putAside)) return;
    const { event } = storedEvent({ subject, ...row });
    const keys = keysOf(this.#flow, event);
    const entry = foldEntry(
      { flow: this.#flow, policy: this.#policy, states: this.states, memory: this.memory?.remembered ?? null },
      { event, keys, expired: row.note === AT_ACCEPTANCE, history: row.history, anyway },
    );
    const { position, accepted_at: acceptedAt } = at ?? row;
    const entryAt: Entry = { position, acceptedAtMs: acceptedAt.getTime() };
    if (entry.watches !== null) this.watches.change(event, row.body, { asked: entry.watches, at: entryAt });
    if (entry.lesson !== null) this.memory?.learnt({ position, lesson: entry.lesson });
    if (putAside && entry.ending !== 'quarantined') this.differ(`the event at ${row.position} was quarantined and folds now`);
  }

  differ(text: string): void {
    if (this.differences.length < FINDINGS_MAX) this.differences.push(text);
  }
}
