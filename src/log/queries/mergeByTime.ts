/** Merges queues that are each in an order of their own, oldest first, and keeps each one's order even where its clock went back. */

/** Takes up to `wanted` from the fronts of the queues, which keep the rest. Of equal times the first queue's is first. */
export function mergeByTime<Item extends { readonly at: Date }>(queues: readonly Item[][], wanted: number): Item[] {
  const fronts = queues.map(() => 0);
  const taken: Item[] = [];
  while (taken.length < wanted) {
    let oldest: { item: Item; queue: number } | null = null;
    for (const [queue, items] of queues.entries()) {
      const item = items[fronts[queue] as number];
      if (item !== undefined && (oldest === null || item.at < oldest.item.at)) oldest = { item, queue };
    }
    if (oldest === null) break;
    taken.push(oldest.item);
    fronts[oldest.queue] = (fronts[oldest.queue] as number) + 1;
  }
  for (const [queue, items] of queues.entries()) items.splice(0, fronts[queue]);
  return taken;
}
