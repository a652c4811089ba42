/** The memory of one transaction that folds: none for a flow that has none. */
import type { Remembered } from '../../kit/remembered.ts';
import type { LogContext } from '../arrival.ts';
import type { Client } from '../db/database.ts';
import type { Head } from '../head.ts';
import { type HeldMemory, LogMemory } from './logMemory.ts';

type MemoryContext = Pick<LogContext, 'tenant' | 'flow' | 'memory'>;

/** What a transaction does with it. */
export class MemoryUse {
  readonly #context: MemoryContext;
  #held: HeldMemory | null = null;
  #position = 0;

  constructor(context: MemoryContext) {
    this.#context = context;
  }

  /** `client` holds the head's lock. */
  async at(client: Client, { position }: Pick<Head, 'position'>): Promise<Remembered | null> {
    const { tenant, flow, memory } = this.#context;
    if (flow?.reflex?.memory === undefined) return null;
    // whoever shares none loads it for this one transaction
    const log = memory ?? new LogMemory({ tenant, flow, memory: flow.reflex.memory });
    this.#held = await log.hold(client, { position });
    this.#position = position;
    return this.#held.remembered;
  }

  /** Where the transaction leaves the head. */
  movesTo(position: number): void {
    this.#position = position;
  }

  end(committed: boolean): void {
    if (committed) this.#held?.keep(this.#position);
    else this.#held?.drop();
  }
}

/** `transaction` commits before it is over. */
export async function usingMemory<Result>(context: MemoryContext, transaction: (use: MemoryUse) => Promise<Result>): Promise<Result> {
  const use = new MemoryUse(context);
  let committed = false;
  try {
    const result = await transaction(use);
    committed = true;
    return result;
  } finally {
    use.end(committed);
  }
}
