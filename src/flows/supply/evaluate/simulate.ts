/** A stock that is looked at once a month: an order, what arrives, what is needed, what that costs. */
export interface Costs {
  readonly holding: number;
  readonly shortage: number;
  /** Months until an order is there. */
  readonly lead: number;
}

/** It begins with the first level on hand. What is missing is waited for. The cost of all months. */
export function simulate(levels: readonly number[], demand: readonly number[], { holding, shortage, lead }: Costs): number {
  let stock = levels[0] ?? 0;
  const coming = new Array<number>(lead).fill(0);
  let cost = 0;
  demand.forEach((needed, month) => {
    const position = stock + coming.reduce((sum, quantity) => sum + quantity, 0);
    coming.push(Math.max(0, (levels[month] ?? 0) - position));
    stock += coming.shift() as number;
    stock -= needed;
    cost += stock >= 0 ? holding * stock : -shortage * stock;
  });
  return cost;
}
