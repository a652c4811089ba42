/**
 * Events whose stories only waited when their run was full. The next run does not begin them: it keeps a line of each until its time comes,
 * its approval is answered or an event comes that it waits for. Without this, each run began all of them anew, which filled its history
 * before the first new event was asked about. Rules without Temporal.
 */

/** What a story waits for. */
export interface Rest {
  /** When it goes on though nothing came. */
  readonly wakeMs: number;
  /** Its deadline: a reminder may be due before it. */
  readonly untilMs: number;
  /** Types of events; null where it waits for a person. */
  readonly types: readonly string[] | null;
}

/** As it is carried: most wait for the same. */
export interface ParkedGroup {
  readonly types: readonly string[] | null;
  /** Position, `wakeMs`, `untilMs`. */
  readonly waits: readonly (readonly [number, number, number])[];
}

const textOf = (types: Rest['types']): string => JSON.stringify(types);

export function groupsOf(resting: Iterable<readonly [number, Rest]>): ParkedGroup[] {
  const groups = new Map<string, { types: Rest['types']; waits: [number, number, number][] }>();
  for (const [position, { types, wakeMs, untilMs }] of resting) {
    const group = groups.get(textOf(types)) ?? { types, waits: [] };
    groups.set(textOf(types), group);
    group.waits.push([position, wakeMs, untilMs]);
  }
  return [...groups.values()];
}

export class Parked {
  readonly #rests = new Map<number, Rest>();

  constructor(groups: readonly ParkedGroup[] = []) {
    for (const { types, waits } of groups)
      for (const [position, wakeMs, untilMs] of waits) this.#rests.set(position, { types, wakeMs, untilMs });
  }

  get size(): number {
    return this.#rests.size;
  }

  has(position: number): boolean {
    return this.#rests.has(position);
  }

  /** In the order in which they were carried. */
  get rests(): readonly (readonly [number, Rest])[] {
    return [...this.#rests];
  }

  get lowest(): number {
    let lowest = Number.POSITIVE_INFINITY;
    for (const position of this.#rests.keys()) lowest = Math.min(lowest, position);
    return lowest;
  }

  /** When the first goes on by itself; null where none is left. */
  get nextMs(): number | null {
    if (this.#rests.size === 0) return null;
    let nextMs = Number.POSITIVE_INFINITY;
    for (const { wakeMs } of this.#rests.values()) nextMs = Math.min(nextMs, wakeMs);
    return nextMs;
  }

  /** False where it is not here. */
  take(position: number): boolean {
    return this.#rests.delete(position);
  }

  takeDue(nowMs: number): number[] {
    return this.#takeWhere(({ wakeMs }) => wakeMs <= nowMs);
  }

  /** Those from before that event which wait for its type: whether it fits is seen when they look back. */
  takeHearing({ position, type }: { readonly position: number; readonly type: string }): number[] {
    return this.#takeWhere(({ types }, at) => at < position && types?.includes(type) === true);
  }

  #takeWhere(fits: (rest: Rest, position: number) => boolean): number[] {
    const taken = [...this.#rests].filter(([position, rest]) => fits(rest, position)).map(([position]) => position);
    for (const position of taken) this.#rests.delete(position);
    return taken.sort((a, b) => a - b);
  }
}
