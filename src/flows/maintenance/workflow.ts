/** A machine that alerts: an LLM diagnoses where there is one, a person is asked about a work order above the limit, and it is sent. */
import { type Review, reviewCase } from '../../workflows/reviewCase.ts';
import type { WorkOrder } from './workOrder.ts';

export const alertReview: Review = ({ event: { data }, provisional }) => {
  // the reflex proposes one with each alert
  const order = provisional?.result.order as WorkOrder;
  return {
    question: `Order ${order.kind} for machine ${data.machineId}, at a cost of ${order.cost}?`,
    dataAs: 'reading',
    proposed: { outcome: 'alert', result: { ...order } },
    rejected: 'watch',
    // a rule asks for a person where the order costs more than its limit
    freely: [{ code: 'below-limit', text: `The work order costs ${order.cost}, which may be ordered without a person` }],
  };
};

export const maintenanceCase = reviewCase(alertReview);
