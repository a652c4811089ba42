/** A stream, as answers tell of it. A test holds it against its schema. */
import type { Stream } from './broker.ts';

export const streamExample: Stream = {
  ...{
    name: 'sales',
    kind: 'kafka',
    state: 'running',
    url: 'kafka://127.0.0.1:9092',
    from: 'sales',
    publishTo: 'decisions',
    mapping: null,
  },
  ...{ lag: 0, taken: 10_000, repeated: 200, unread: 1, empty: 0, published: 9999, position: 'sales/0/9999' },
  ...{ seenAt: '2026-03-02T09:30:00.120Z', failure: null, failedAt: null, gapAt: null, publishFailure: null },
};
