/** Events as a case works on them. What was read when it was taken is kept until its story begins. */
import type { Loaded } from '../activities/loadEvents.ts';
import type { LoadedEvent } from '../domain/loadedEvent.ts';

/** An event with its policy's content, as its case works on it. */
export interface LoadedCase<Policy> extends LoadedEvent {
  readonly content: Policy;
  /** Whether an LLM is configured. */
  readonly llm: boolean;
}

export function withPolicies<Policy>({ events, policies, llm = false }: Loaded): LoadedCase<Policy>[] {
  return events.map((event) => ({ ...event, content: policies[event.policy] as Policy, llm }));
}

export class ReadEvents {
  readonly #events = new Map<number, LoadedCase<unknown>>();

  keep(events: readonly LoadedCase<unknown>[]): void {
    for (const event of events) this.#events.set(event.event.position, event);
  }

  /** The first of the positions, as far as they were read. */
  take<Policy>(positions: readonly number[]): LoadedCase<Policy>[] {
    const taken: LoadedCase<Policy>[] = [];
    for (const position of positions) {
      const event = this.#events.get(position);
      if (event === undefined) break;
      this.#events.delete(position);
      taken.push(event as LoadedCase<Policy>);
    }
    return taken;
  }

  /** What was read is no longer what is known. */
  clear(): void {
    this.#events.clear();
  }
}
