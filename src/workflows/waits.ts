/** Stories that wait: for an event of their subject, or for a time. Rules without Temporal. */
import type { LoadedEvent } from '../domain/loadedEvent.ts';
import type { HeardEvent } from '../domain/story.ts';

/**
 * At a time, in one run that does not park: each began anew with every run. The next begins to wait when one is over; it misses nothing, as
 * it looks back first.
 */
const WAITS_MAX = 400;

export interface Wanted {
  /** Events behind this position. */
  readonly after: number;
  readonly types: readonly string[];
  fits(heard: HeardEvent): boolean;
}

/** The same whenever it is asked for: what its case made of it since is not part of it. */
export function heardEvent({ eventId, event, provisional, final }: LoadedEvent): HeardEvent {
  return { eventId, event, decision: [provisional, final].find((decision) => decision?.id.endsWith('.0')) ?? null };
}

export class Listening {
  readonly #wanted: Wanted;
  #found: HeardEvent | null = null;

  constructor(wanted: Wanted) {
    this.#wanted = wanted;
  }

  /** The first that fits, by position. */
  get found(): HeardEvent | null {
    return this.#found;
  }

  hear(loaded: LoadedEvent): void {
    const { after, types } = this.#wanted;
    const { position, type } = loaded.event;
    if (position <= after || !types.includes(type) || loaded.why === 'act' || loaded.expired) return;
    if (this.#found !== null && this.#found.event.position <= position) return;
    const heard = heardEvent(loaded);
    if (this.#wanted.fits(heard)) this.#found = heard;
  }
}

export class Waits {
  readonly #listening = new Set<Listening>();

  get full(): boolean {
    return this.#listening.size >= WAITS_MAX;
  }

  listen(wanted: Wanted): Listening {
    const listening = new Listening(wanted);
    this.#listening.add(listening);
    return listening;
  }

  stop(listening: Listening): void {
    this.#listening.delete(listening);
  }

  /** Each of them hears it: several may wait for the same. */
  tell(event: LoadedEvent): void {
    for (const listening of this.#listening) listening.hear(event);
  }
}
