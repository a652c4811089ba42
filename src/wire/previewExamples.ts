/** Previews for the reference. */
import type { ActionsPreview, EventsPreview } from './preview.ts';

const AT = '2026-03-02T09:30:00.120Z';

export const eventsPreviewExample: EventsPreview = {
  ...{ at: AT, total: { count: 2, more: false }, next: null },
  groups: [{ flow: 'fraud', type: 'payment.attempted', reason: 'reflex: Error: the reflex met a currency without a rate', count: 2 }],
  items: [
    {
      ...{ event: 'evt_fraud.18', flow: 'fraud', subject: 'card-2', type: 'payment.attempted', acceptedAt: AT },
      reason: 'reflex: Error: the reflex met a currency without a rate',
      would: { status: 'decided', outcome: 'approve', provisional: false, why: 'the model sees nothing unusual', refused: null },
      etag: '5d1f0c3a9b7e4c21',
    },
    {
      ...{ event: 'evt_fraud.21', flow: 'fraud', subject: 'card-3', type: 'payment.attempted', acceptedAt: AT },
      reason: 'reflex: Error: the reflex met a currency without a rate',
      would: {
        ...{ status: 'quarantined', outcome: null, provisional: false, why: null },
        refused: { code: 'off-schema', detail: 'reflex: Error: the reflex met a currency without a rate' },
      },
      etag: '0f1e2d3c4b5a6978',
    },
  ],
};

export const actionsPreviewExample: ActionsPreview = {
  ...{ at: AT, total: { count: 1, more: false }, next: null },
  groups: [{ flow: 'fraud', name: 'release', code: 'receiver-refused', count: 1 }],
  items: [
    {
      ...{ action: 'act_fraud.17.release', flow: 'fraud', subject: 'card-1', name: 'release', state: 'dead' },
      error: { code: 'receiver-refused', detail: 'It answered 500' },
      would: { brings: [], comesWith: null, refused: null },
      etag: '9b7e4c215d1f0c3a',
    },
  ],
};
