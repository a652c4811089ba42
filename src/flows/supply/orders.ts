/** An order as it is proposed, asked about and sent. */
import type { Reason } from '../../domain/decision.ts';
import type { JsonObject } from '../../domain/event.ts';
import type { SupplyPolicy } from './policy.ts';
import type { Line } from './stock/baskets.ts';

/** As it stands in a result, and goes out with its action. Whoever confirms it names `id` and `of`. */
export interface Order extends JsonObject {
  id: string;
  /** The subject whose case it is. */
  of: string;
  supplier: string;
  lines: JsonObject[];
  cost: number;
}

interface Ordered {
  readonly of: string;
  /** Of the event that it comes from: each event makes one order at most. */
  readonly position: number;
  readonly supplier: string;
  readonly lines: readonly Line[];
}

export function orderOf({ of, position, supplier, lines }: Ordered): Order {
  const cost = lines.reduce((sum, line) => sum + line.cost, 0);
  return { id: `order-${position}`, of, supplier, lines: lines.map((line) => ({ ...line })), cost };
}

/** Why only a person may pay for it; empty where nobody need be asked. */
export function limitRules(what: string, cost: number, { orders: { costMax } }: Pick<SupplyPolicy, 'orders'>): Reason[] {
  if (cost <= costMax) return [];
  return [{ code: 'above-limit', text: `${what} costs ${short(cost)}, more than the ${costMax} that may be spent without a person` }];
}

export const short = (value: number): string => String(Number(value.toPrecision(4)));
