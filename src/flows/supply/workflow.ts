/**
 * An order is placed, and confirmed or cancelled. A shipment that is late is sped up, or its goods are bought elsewhere, and its coming is
 * waited for. A person is asked about what costs more than the limit, and about a shipment of which nobody knows when it comes.
 */
import type { HeardEvent } from '../../domain/story.ts';
import type { Question } from '../../workflows/askLadder.ts';
import type { LoadedCase } from '../../workflows/readEvents.ts';
import { type Stories, storyCase } from '../../workflows/storyCase.ts';
import type { StoryRun } from '../../workflows/storyRun.ts';
import type { Order } from './orders.ts';
import type { SupplyPolicy } from './policy.ts';

type Run = StoryRun<SupplyPolicy>;
type About = LoadedCase<SupplyPolicy>;

const SECOND_MS = 1000;

export const supplyStories: Stories<SupplyPolicy> = {
  'order.due': buy,
  'stock.counted': buy,
  'demand.recorded': buy,
  'sale.recorded': buy,
  'shipment.dispatched': mend,
  'shipment.scanned': mend,
  'shipment.overdue': mend,
  'shipment.unscanned': mend,
};

export const supplyCase = storyCase(supplyStories);

const later = (run: Run, seconds: number): number => run.nowMs() + SECOND_MS * seconds;

/** The order that the reflex proposes. */
const orderIn = ({ provisional }: About): Order => provisional?.result.order as Order;

function orderQuestion(about: About): Question {
  const { supplier, lines, cost } = orderIn(about);
  const what = lines.length === 1 ? `${lines[0]?.quantity} of ${lines[0]?.sku} for ${lines[0]?.location}` : `${lines.length} lines`;
  return {
    question: `Order ${what} from ${supplier}, at a cost of ${cost}?`,
    dataAs: 'event',
    proposed: { outcome: 'reorder', result: {} },
    rejected: 'none',
    // a rule asks for a person where it costs more than the limit
    freely: [{ code: 'below-limit', text: `It costs ${cost}, which may be spent without a person` }],
  };
}

/** Place, confirm, else cancel. */
async function buy(run: Run): Promise<void> {
  const { id } = orderIn(run.about);
  const decided = await run.ask(orderQuestion(run.about));
  if (decided.outcome !== 'reorder') {
    await run.done(decided);
    return;
  }
  await run.act(decided);
  const fits = ({ event: { data } }: HeardEvent): boolean => data.order === id;
  const confirmed = await run.waitFor({ type: 'order.confirmed', fits, untilMs: later(run, run.about.content.orders.confirmSeconds) });
  await run.act(confirmed === null ? 'cancel-order' : 'order-confirmed');
  await run.done();
}

async function mend(run: Run): Promise<void> {
  const proposed = run.about.provisional?.outcome;
  if (proposed === 'reorder') return buy(run);
  const decided = await run.ask(proposed === 'expedite' ? expediteQuestion(run.about) : unknownQuestion(run.about));
  if (decided.outcome !== 'expedite') {
    await run.done(decided);
    return;
  }
  await run.act(decided);
  const came = await run.waitFor({ type: 'shipment.delivered', untilMs: later(run, run.about.content.shipments.deliverySeconds) });
  if (came === null) await run.act('not-delivered');
  await run.done();
}

function expediteQuestion({ event: { subject }, provisional }: About): Question {
  const price = provisional?.result.price;
  return {
    question: `Expedite shipment ${subject}, at a cost of ${price}?`,
    dataAs: 'event',
    proposed: { outcome: 'expedite', result: {} },
    rejected: 'none',
    freely: [{ code: 'below-limit', text: `It costs ${price}, which may be spent without a person` }],
  };
}

/** Nothing is known of how long its way takes: whether speed helps, a person must find out. */
function unknownQuestion({ event: { subject } }: About): Question {
  return {
    question: `Find out where shipment ${subject} is: is it to be expedited?`,
    dataAs: 'event',
    proposed: { outcome: 'expedite', result: {} },
    rejected: 'none',
  };
}
