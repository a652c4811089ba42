/** A made-up business: what happens in it, and what turns out to be true. Who plays it knows nothing of how the flow decides. */

export interface Happening {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
}

export interface Decided {
  readonly outcome: string;
  readonly result: Readonly<Record<string, unknown>>;
}

/** What a decision is about: `happening` is null where the flow made the event itself. */
export interface About {
  readonly type: string;
  readonly subject: string;
  readonly happening: Happening | null;
}

export interface ActionHeard {
  /** `<flow>.<action>`. */
  readonly type: string;
  readonly subject: string;
  readonly result: Readonly<Record<string, unknown>>;
}

export interface Business {
  readonly flow: string;
  /** Of all events of the demo. */
  readonly share: number;
  /** What of the shipped policy is shorter here, by path: a demo has minutes, a business weeks. */
  readonly policy: Readonly<Record<string, unknown>>;
  /** What was before the demo, in order of time: it is learnt from, and nothing is done about it. */
  history(nowMs: number): Happening[];
  /** One more event. `casesPerSecond`: how many may be opened, at `perSecond` calls of this. */
  next(nowMs: number, load: { readonly perSecond: number; readonly casesPerSecond: number }): Happening;
  /** What comes of itself by then: a delivery, a confirmation, a failure. */
  due(nowMs: number): Happening[];
  /** What the business does about an action. */
  act?(action: ActionHeard, nowMs: number): void;
  /** Of the decisions whose truth is known, so many are told to the service. 1 where some labels come by themselves: a share of the rest would be a choice. */
  readonly labelled: number;
  /** What outcomes claim to be true. */
  readonly claims: Readonly<Record<string, string>>;
  /** What is true of what was decided, in the words of the flow's truths; null where nobody can say. */
  truth(about: About, decided: Decided): string | null;
  /** Whether a person who looks closely approves what is proposed. */
  approves(about: About, proposed: Decided): boolean;
}

/** What is to happen later, by its time. */
export class Agenda {
  #later: Happening[] = [];

  add(...happenings: readonly Happening[]): void {
    this.#later.push(...happenings);
  }

  takeDue(nowMs: number): Happening[] {
    const due = this.#later.filter(({ atMs }) => atMs <= nowMs);
    if (due.length > 0) this.#later = this.#later.filter(({ atMs }) => atMs > nowMs);
    return due.sort((a, b) => a.atMs - b.atMs);
  }
}

export const DAY_MS = 86_400_000;
export const MINUTE_MS = 60_000;

const NEWEST = 20_000;

/** Takes the oldest entries out of a map that grows. */
export function keepNewest(map: Map<string, unknown>): void {
  for (const key of map.keys()) {
    if (map.size <= NEWEST) return;
    map.delete(key);
  }
}
