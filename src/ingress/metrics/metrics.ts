/** What /metrics shows of accepting and dispatching. Labels are flows, endings and codes: never a subject or an id. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Unseen } from '../../log/adopt/unseen.ts';
import type { Backlog } from '../../log/backlog.ts';
import { collecting, type Scraped, sharedReading } from './collecting.ts';

export interface Metrics extends Scraped {
  accepted(flow: string, ending: string): void;
  /** Own events that were appended. */
  own(events: readonly { readonly log: string; readonly ending: string }[]): void;
  adopted(events: readonly { readonly log: string; readonly ending: string }[]): void;
  repeated(flow: string): void;
  refused(code: string): void;
  /** A case did not take its mail though Temporal is there. */
  mailRefused(flow: string): void;
  committed(log: string, count: number, ms: number): void;
}

interface Gauges {
  /** Events that wait to be committed in this process. */
  readonly waiting: () => number;
  readonly backlog: () => Promise<Backlog>;
  readonly unseen: () => Promise<readonly Unseen[]>;
  /** Hears why a figure could not be read. */
  readonly failed: (error: unknown) => void;
}

export function createMetrics({ waiting, backlog, unseen, failed }: Gauges): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const accepted = new Counter({
    name: 'signalbox_events_accepted_total',
    help: 'Events accepted, by flow and how they ended at acceptance',
    labelNames: ['flow', 'ending'],
    registers,
  });
  const adopted = new Counter({
    name: 'signalbox_events_adopted_total',
    help: 'Events that a flow took over from another log, by flow and how they ended then',
    labelNames: ['flow', 'ending'],
    registers,
  });
  const own = new Counter({
    name: 'signalbox_events_own_total',
    help: "Events of a flow's own, by flow and how they ended when they were appended",
    labelNames: ['flow', 'ending'],
    registers,
  });
  const repeated = new Counter({
    name: 'signalbox_events_repeated_total',
    help: 'Repeats of events accepted before',
    labelNames: ['flow'],
    registers,
  });
  const refused = new Counter({
    name: 'signalbox_events_refused_total',
    help: 'Events and requests refused, by error code',
    labelNames: ['code'],
    registers,
  });
  const mailRefused = new Counter({
    name: 'signalbox_mail_refused_total',
    help: 'Times that a case did not take its mail though Temporal is there: it is sent again',
    labelNames: ['flow'],
    registers,
  });
  const batchSize = new Histogram({
    name: 'signalbox_batch_events',
    help: 'Events per committed batch',
    labelNames: ['log'],
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
    registers,
  });
  const batchSeconds = new Histogram({
    name: 'signalbox_batch_seconds',
    help: 'From taking a batch to its commit',
    labelNames: ['log'],
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5],
    registers,
  });
  new Gauge({
    name: 'signalbox_append_waiting',
    help: 'Events that wait to be committed in this process',
    registers,
    collect() {
      this.set(waiting());
    },
  });
  const look = sharedReading({ registry, failed }, backlog);
  const lookBehind = sharedReading({ registry, failed }, unseen);
  const backlogGauge = (name: string, help: string, of: (seen: Backlog) => number): void => {
    new Gauge({
      ...{ name, help, registers },
      collect: collecting<Gauge>(registry, name, async (gauge) => gauge.set(of(await look()))),
    });
  };
  backlogGauge('signalbox_backlog_oldest_seconds', 'Age of the oldest event that no case has taken', ({ oldestSeconds }) => oldestSeconds);
  backlogGauge('signalbox_backlog_events', 'Events accepted that no case has taken', ({ events }) => events);
  new Gauge({
    name: 'signalbox_adoption_behind',
    help: 'Entries of another log that a flow has not gone through yet for events to take over',
    labelNames: ['flow', 'log'],
    registers,
    collect: collecting<Gauge<'flow' | 'log'>>(registry, 'signalbox_adoption_behind', async (gauge) => {
      const all = await lookBehind();
      gauge.reset();
      for (const { flow, log, entries } of all) gauge.set({ flow, log }, entries);
    }),
  });
  return {
    ...{ registry, failed },
    own: (events) => {
      for (const { log, ending } of events) own.inc({ flow: log, ending });
    },
    accepted: (flow, ending) => accepted.inc({ flow, ending }),
    adopted: (events) => {
      for (const { log, ending } of events) adopted.inc({ flow: log, ending });
    },
    repeated: (flow) => repeated.inc({ flow }),
    refused: (code) => refused.inc({ code }),
    mailRefused: (flow) => mailRefused.inc({ flow }),
    committed: (log, count, ms) => {
      batchSize.observe({ log }, count);
      batchSeconds.observe({ log }, ms / 1000);
    },
  };
}
