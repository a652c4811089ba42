/** Folds the entries of one transaction, one after the other, and gathers what follows from that beside their own rows. */
import type { FlowEvent } from '../domain/event.ts';
import { type FoldedEntry, type Folding, foldEntry } from '../kit/fold.ts';
import type { Remembered } from '../kit/remembered.ts';
import { changeWatches, type WatchChange } from '../kit/watches.ts';
import type { LogContext } from './arrival.ts';
import type { Client } from './db/database.ts';
import type { Statement } from './db/together.ts';
import type { Known } from './known.ts';
import { addLessons, type Lesson } from './memory/lessons.ts';
import { type Cause, WatchWrite } from './watch/watchWrite.ts';

export interface FoldsContext {
  readonly context: Pick<LogContext, 'tenant' | 'log' | 'flow'>;
  readonly policy: unknown;
  /** Is taken over: its states and watches are then those after the entries. */
  readonly known: Known;
  readonly memory: Remembered | null;
  readonly atMs: number;
}

/** Of the event as it is stored; `entry` where it is folded at another. */
type Stored = Omit<Cause, 'position'>;

export class EntryFolds {
  readonly changed = new Set<string>();
  readonly #of: FoldsContext;
  readonly #watching: WatchWrite;
  readonly #lessons: Lesson[] = [];

  constructor(of: FoldsContext) {
    this.#of = of;
    this.#watching = new WatchWrite(of.context, of.atMs);
  }

  fold(folding: Folding, stored: Stored): FoldedEntry {
    const { context, policy, known, memory } = this.#of;
    const entry = foldEntry({ flow: context.flow, policy, states: known.states, memory }, folding);
    for (const key of entry.changed) this.changed.add(key);
    if (entry.watches !== null) this.watch(folding.event, stored, changeWatches(known.watches, folding.event, entry.watches));
    if (entry.lesson !== null) this.#lessons.push({ position: stored.entry ?? folding.event.position, lesson: entry.lesson });
    return entry;
  }

  watch({ position }: Pick<FlowEvent, 'position'>, { source, body, entry = position }: Stored, changes: readonly WatchChange[]): void {
    this.#watching.add({ position, source, body, entry }, changes);
  }

  /** None where nothing follows. */
  statements(): Statement[] {
    const watching = this.#watching.statements();
    return this.#lessons.length === 0 ? watching : [...watching, addLessons(this.#of.context, this.#lessons)];
  }

  async write(client: Client): Promise<void> {
    for (const statement of this.statements()) await client.query(statement);
  }
}
