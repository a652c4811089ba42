/** Products whose demand falls as their price rises, by a slope that the flow does not know; competitors, stocks and costs move. */
import { type Business, DAY_MS, type Decided, type Happening } from '../business.ts';
import type { Random } from '../random.ts';

const PRODUCTS = 30;
const HISTORY_WEEKS = 12;
/** Until the next delivery. */
const COVER_WEEKS = 4;

interface Product {
  readonly sku: string;
  readonly slope: number;
  /** Units a week at a price of 10. */
  readonly base: number;
  cost: number;
  price: number;
  onHand: number;
}

export function prices(random: Random): Business {
  const products = Array.from({ length: PRODUCTS }, (_, nth): Product => {
    const cost = random.between(3, 8);
    return {
      ...{ sku: `sku-${nth}`, slope: -random.between(1.5, 3), base: random.between(20, 120), cost: Math.round(cost * 100) / 100 },
      ...{ price: Math.round(cost * random.between(1.3, 1.9) * 100) / 100, onHand: 400 },
    };
  });
  const bySku = new Map(products.map((product) => [product.sku, product]));
  const weekly = ({ base, slope }: Product, price: number): number => base * (price / 10) ** slope;
  const cents = (value: number): number => Math.round(value * 100) / 100;

  /** Of a week: what is not there cannot be sold. */
  const profit = (product: Product, price: number): number =>
    (price - product.cost) * Math.min(weekly(product, price), product.onHand / COVER_WEEKS);

  /** Whether the new price earns as much as the old one, or more. */
  function isBetter(sku: string, { price, previous }: Decided['result']): boolean | null {
    const product = bySku.get(sku);
    if (product === undefined || typeof price !== 'number' || typeof previous !== 'number') return null;
    return profit(product, price) >= profit(product, previous);
  }

  function sale(product: Product, atMs: number, quantity: number): Happening {
    return { type: 'sale.recorded', atMs, data: { sku: product.sku, quantity, price: product.price } };
  }

  return {
    flow: 'pricing',
    share: 0.06,
    labelled: 1,
    policy: {
      'approvals.deadlineSeconds': 60,
      'approvals.remindersSeconds': [],
      'approvals.escalation': [],
      askAgainSeconds: 60,
      settleSeconds: 30,
    },
    history(nowMs) {
      const past: Happening[] = [];
      for (const product of products) {
        const usual = product.price;
        past.push({ type: 'cost.changed', atMs: nowMs - (HISTORY_WEEKS + 1) * 7 * DAY_MS, data: { sku: product.sku, cost: product.cost } });
        for (let week = HISTORY_WEEKS; week > 0; week -= 1) {
          product.price = cents(usual * random.between(0.85, 1.15));
          const atMs = nowMs - week * 7 * DAY_MS;
          past.push(sale(product, atMs + DAY_MS, random.poisson(weekly(product, product.price))));
        }
        product.price = usual;
        past.push({ type: 'stock.changed', atMs: nowMs - DAY_MS, data: { sku: product.sku, onHand: product.onHand } });
      }
      return past.sort((a, b) => a.atMs - b.atMs);
    },
    next(nowMs) {
      const product = random.of(products);
      const drawn = random.next();
      if (drawn < 0.02) {
        product.cost = cents(product.cost * random.between(0.98, 1.03));
        return { type: 'cost.changed', atMs: nowMs, data: { sku: product.sku, cost: product.cost } };
      }
      if (drawn < 0.06)
        return {
          type: 'competitor.priced',
          atMs: nowMs,
          data: { sku: product.sku, competitor: random.of(['north', 'south']), price: cents(product.price * random.between(0.95, 1.1)) },
        };
      if (drawn < 0.1) {
        product.onHand = 100 + random.below(600);
        return { type: 'stock.changed', atMs: nowMs, data: { sku: product.sku, onHand: product.onHand } };
      }
      return sale(product, nowMs, 1 + random.poisson(weekly(product, product.price) / 60));
    },
    due: () => [],
    act({ type, subject, result }) {
      const product = bySku.get(subject);
      if (product === undefined || typeof result.price !== 'number') return;
      if (type === 'pricing.change-price') product.price = result.price;
      if (type === 'pricing.restore-price' && typeof result.previous === 'number') product.price = result.previous;
    },
    claims: { reprice: 'reprice' },
    truth({ subject }, { outcome, result }) {
      const better = isBetter(subject, result);
      return outcome !== 'reprice' || better === null ? null : better ? 'reprice' : 'hold';
    },
    approves: ({ subject }, { result }) => isBetter(subject, result) === true,
  };
}
