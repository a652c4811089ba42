/**
 * Orders that are being gathered: what stocks of one supplier need within a window becomes one order. Each belongs to the stock that began
 * it, whose watch ends the window. Part of the flow's memory, as an event may only read the states of its own keys.
 */
import type { ByteReader, ByteWriter } from '../../../kit/sense/bytes.ts';
import { stockId } from '../events.ts';

/** A larger order would be more than a reviewer can read. */
const LINES_MAX = 50;
/** The oldest give way: their stocks propose anew once their proposal counts no more. */
const BASKETS_MAX = 200;

export interface Line {
  readonly sku: string;
  readonly location: string;
  readonly quantity: number;
  readonly cost: number;
}

export interface Basket {
  readonly supplier: string;
  readonly dueMs: number;
  /** By stock. */
  readonly lines: Map<string, Line>;
}

/** `stock` needs more of a line; or the order of `owner` is taken out. */
export type BasketLesson =
  | { readonly lesson: 'proposed'; readonly owner: string; readonly supplier: string; readonly dueMs: number; readonly line: Line }
  | { readonly lesson: 'ordered'; readonly owner: string };

export class Baskets {
  /** By the stock that began it, oldest first. */
  readonly byOwner = new Map<string, Basket>();

  /** The order that a stock may join, with its owner; null where it must begin one. */
  joinable(
    stock: string,
    { supplier, nowMs }: { readonly supplier: string; readonly nowMs: number },
  ): { owner: string; dueMs: number } | null {
    for (const [owner, { supplier: of, dueMs, lines }] of this.byOwner) {
      const open = owner === stock || dueMs > nowMs;
      if (of === supplier && open && (lines.size < LINES_MAX || lines.has(stock))) return { owner, dueMs };
    }
    return null;
  }

  learn(lesson: BasketLesson): void {
    const { byOwner } = this;
    if (lesson.lesson === 'ordered') {
      byOwner.delete(lesson.owner);
      return;
    }
    const { owner, supplier, dueMs, line } = lesson;
    const stock = stockId(line.sku, line.location);
    const basket: Basket = byOwner.get(owner) ?? { supplier, dueMs, lines: new Map() };
    byOwner.set(owner, basket);
    const before = basket.lines.get(stock) ?? { quantity: 0, cost: 0 };
    basket.lines.set(stock, { ...line, quantity: before.quantity + line.quantity, cost: before.cost + line.cost });
    const [oldest] = byOwner.keys();
    if (byOwner.size > BASKETS_MAX && oldest !== undefined) byOwner.delete(oldest);
  }
}

export function saveBaskets(writer: ByteWriter, { byOwner }: Baskets): void {
  writer.varint(byOwner.size);
  for (const [owner, { supplier, dueMs, lines }] of byOwner) {
    writer.text(owner);
    writer.text(supplier);
    writer.zigzag(dueMs);
    writer.varint(lines.size);
    for (const { sku, location, quantity, cost } of lines.values()) {
      writer.text(sku);
      writer.text(location);
      writer.float64(quantity);
      writer.float64(cost);
    }
  }
}

export function loadBaskets(reader: ByteReader): Baskets {
  const baskets = new Baskets();
  for (let left = reader.varint(); left > 0; left -= 1) {
    const [owner, supplier, dueMs] = [reader.text(), reader.text(), reader.zigzag()];
    const lines = new Map<string, Line>();
    for (let more = reader.varint(); more > 0; more -= 1) {
      const [sku, location] = [reader.text(), reader.text()];
      lines.set(stockId(sku, location), { sku, location, quantity: reader.float64(), cost: reader.float64() });
    }
    baskets.byOwner.set(owner, { supplier, dueMs, lines });
  }
  return baskets;
}
