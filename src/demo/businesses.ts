/** The five, from one seed. Each draws its own numbers: one more of one business changes nothing of another. */
import type { Business } from './business.ts';
import { cardPayments } from './businesses/cards.ts';
import { machines } from './businesses/machines.ts';
import { prices } from './businesses/prices.ts';
import { shop } from './businesses/shop.ts';
import { stocks } from './businesses/stocks.ts';
import { Random } from './random.ts';

const MAKERS = [cardPayments, machines, shop, prices, stocks];

export const makeBusinesses = (seed: number): Business[] => MAKERS.map((make, nth) => make(new Random(seed * 1000 + nth)));
