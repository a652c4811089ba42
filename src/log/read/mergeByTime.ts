/** Merges queues that are each in an order of their own, oldest first, and keeps each one's order even where its clock went back. */

export interface Timed {
  readonly at: Date;
  /** Of equal times the lower goes first; then the earlier queue's. */
  readonly tie?: number;
  /** What it takes up, where that may be much. */
  readonly bytes?: number;
}

export interface PageLimits {
  readonly count: number;
  /** Of all that is taken; one alone may have more. */
  readonly bytes: number;
}

/** What a page of any list holds at most, so that no list takes more memory, or more of the time of others, than this. */
export const PAGE_BYTES_MAX = 4 << 20;

function isBefore(one: Timed, other: Timed): boolean {
  const ms = one.at.getTime() - other.at.getTime();
  return ms === 0 ? (one.tie ?? 0) < (other.tie ?? 0) : ms < 0;
}

/** Takes from the fronts of the queues, which keep the rest, up to the first that is over a limit. */
export function mergeByTime<Item extends Timed>(queues: readonly Item[][], limits: PageLimits): Item[] {
  const fronts = queues.map(() => 0);
  const taken: Item[] = [];
  let bytes = 0;
  while (taken.length < limits.count) {
    let oldest: { item: Item; queue: number } | null = null;
    for (const [queue, items] of queues.entries()) {
      const item = items[fronts[queue] as number];
      if (item !== undefined && (oldest === null || isBefore(item, oldest.item))) oldest = { item, queue };
    }
    if (oldest === null) break;
    bytes += oldest.item.bytes ?? 0;
    if (bytes > limits.bytes && taken.length > 0) break;
    taken.push(oldest.item);
    fronts[oldest.queue] = (fronts[oldest.queue] as number) + 1;
  }
  for (const [queue, items] of queues.entries()) items.splice(0, fronts[queue]);
  return taken;
}
