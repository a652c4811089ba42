/**
 * Orders as labels, in hindsight: of the nudge that an order followed, so that the precision of nudges is the share that an order came of; else
 * of the newest decision of its session. Whoever is not heard of within a week has left.
 */
import { defineLabels } from '../../kit/defineLabels.ts';
import { ORDERED, shopEvents } from './events.ts';

const DAYS = 7;
const DAY_MS = 86_400_000;

export const shopLabels = defineLabels(shopEvents, {
  truths: ['ordered', 'left'],
  claims: { nudge: 'ordered' },
  positive: 'ordered',
  silence: { days: DAYS, truth: 'left' },
  hindsightOf: { [ORDERED]: () => ({ truth: 'ordered', outcomes: ['nudge'], withinMs: DAYS * DAY_MS }) },
});
