/** What it takes for a price to move, and to move without a person. */
import type { Condition, Considered, FlowConditions } from '../../domain/conditions.ts';
import { inTurn, model, rules } from '../../kit/conditions.ts';
import { CONSIDERED, SET } from './facts.ts';
import type { PricingPolicy } from './policy.ts';

export const pricingConditions: FlowConditions<PricingPolicy> = {
  of(about) {
    const { type, result } = about;
    if (type === SET) return {};
    if (type === CONSIDERED) {
      const asked = model.that('considered', 'what the event is for', {
        seen: 'it asks what would be sold',
        needed: 'something that happened',
        met: false,
      });
      return { hold: [], reprice: [asked] };
    }
    const { price, previous } = result;
    const stays = model.that('moves', 'the price that is proposed', {
      seen: price,
      needed: `the present one, ${String(previous)}`,
      met: price === previous,
    });
    return { hold: [stays], reprice: inTurn([...mayMove(about), ...worthMoving(about), ...alone(about)]) };
  },
};

/** As the rules ask: the first that does not hold ends it. */
function mayMove(about: Considered<PricingPolicy>): Condition[] {
  const { holdout, handSeconds, askAgainSeconds, rails } = about.policy;
  return [
    rules.without('no-price', 'whether its price is known', about, 'a sale, or a price that somebody set'),
    rules.without('no-cost', 'whether its cost is known', about, 'its cost'),
    rules.without('holdout', 'whether its price may move at all', about, `not of the ${holdout.share} that are held out`),
    rules.without('set-by-hand', 'whether somebody has set its price', about, `not within ${handSeconds} s`),
    rules.without('asked', 'whether a person was asked about it', about, `not within ${askAgainSeconds} s`),
    rules.without('changes-used', 'changes of its price within a week', about, `fewer than ${rails.changesPerWeekMax}`),
  ];
}

function worthMoving(about: Considered<PricingPolicy>): Condition[] {
  return [
    model.without('no-room', 'prices that are asked within the largest step', about, 'one at least'),
    model.without('best', 'what another price would earn', about, `more by at least ${about.policy.gainMin} of what is earned now`),
  ];
}

/** A larger move is proposed to a person. */
function alone(about: Considered<PricingPolicy>): Condition[] {
  const { price, previous } = about.result as { price?: number | null; previous?: number | null };
  const step = typeof price === 'number' && typeof previous === 'number' ? Math.abs(price / previous - 1) : null;
  const { rails } = about.policy;
  return [
    rules.without('below-cost', 'the price beside the cost', about, 'no loss'),
    rules.without('below-margin', 'what is left above the cost', about, `at least ${rails.marginMin} of the price`),
    rules.atMost('large-step', 'size of the step that may be made without a person', step, rails.stepAlone),
    rules.without('off-point', 'whether the price is one that is asked', about, `an ending on ${rails.points.ending}`),
  ];
}
