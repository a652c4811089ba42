/** A shipment's coming as a label: it says of what was expected when it was sent whether it was late. Folding has no part in it. */
import { readInstant } from '../../domain/instant.ts';
import { defineLabels } from '../../kit/defineLabels.ts';
import { DELIVERED, DISPATCHED, supplyEvents } from './events.ts';

export const supplyLabels = defineLabels(supplyEvents, {
  truths: ['late', 'on-time'],
  claims: { none: 'on-time', expedite: 'late', reorder: 'late' },
  positive: 'late',
  keyOf: { [DISPATCHED]: ({ shipmentId }) => shipmentId },
  labelOf: {
    [DELIVERED]: ({ shipmentId }) => ({
      key: shipmentId,
      truth: ({ data }, { timeMs }) => (timeMs > (readInstant(String(data.promisedAt)) ?? Number.POSITIVE_INFINITY) ? 'late' : 'on-time'),
    }),
  },
});
