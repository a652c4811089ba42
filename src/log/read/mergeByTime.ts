/** Merges queues that are each in an order of their own, oldest first, and keeps each one's order even where its clock went back. */

export interface Timed {
  readonly at: Date;
  /** Of equal times the lower goes first; then the earlier queue's. */
  readonly tie?: number;
}

function isBefore(one: Timed, other: Timed): boolean {
  const ms = one.at.getTime() - other.at.getTime();
  return ms === 0 ? (one.tie ?? 0) < (other.tie ?? 0) : ms < 0;
}

/** Takes up to `wanted` from the fronts of the queues, which keep the rest. */
export function mergeByTime<Item extends Timed>(queues: readonly Item[][], wanted: number): Item[] {
  const fronts = queues.map(() => 0);
  const taken: Item[] = [];
  while (taken.length < wanted) {
    let oldest: { item: Item; queue: number } | null = null;
    for (const [queue, items] of queues.entries()) {
      const item = items[fronts[queue] as number];
      if (item !== undefined && (oldest === null || isBefore(item, oldest.item))) oldest = { item, queue };
    }
    if (oldest === null) break;
    taken.push(oldest.item);
    fronts[oldest.queue] = (fronts[oldest.queue] as number) + 1;
  }
  for (const [queue, items] of queues.entries()) items.splice(0, fronts[queue]);
  return taken;
}
