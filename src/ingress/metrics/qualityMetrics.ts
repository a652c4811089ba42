/** What /metrics shows of quality. Labels are flows, rungs and outcomes, which flows declare: never a person, a subject or a version. */
import { Gauge } from 'prom-client';
import type { QualityReport } from '../../wire/quality.ts';
import { collecting, type Scraped, sharedReading } from './collecting.ts';

type Labels = Readonly<Record<string, string>>;
type Series = readonly (readonly [labels: Labels, value: number])[];

interface Shown {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  of(report: QualityReport): Series;
}

type Group = QualityReport['groups'][number];

/** No figure is no series: a 0 would be an alarm. */
const figures = ({ flow, groups }: QualityReport, of: (group: Group) => number | null): Series =>
  groups.flatMap((group) => {
    const value = of(group);
    return value === null ? [] : [[{ flow, rung: group.name }, value] as const];
  });

const SHOWN: readonly Shown[] = [
  {
    name: 'signalbox_decisions',
    help: 'Final decisions counted',
    labelNames: ['flow', 'rung', 'outcome'],
    of: ({ flow, groups }) =>
      groups.flatMap(({ name: rung, outcomes }) =>
        Object.entries(outcomes).map(([outcome, count]) => [{ flow, rung, outcome }, count] as const),
      ),
  },
  {
    name: 'signalbox_decisions_judged',
    help: 'Final decisions of which the truth is known, or is what silence means, by whether they were right',
    labelNames: ['flow', 'rung', 'judged'],
    of: ({ flow, groups }) =>
      groups.flatMap(({ name: rung, right, wrong }) => [
        [{ flow, rung, judged: 'right' }, right] as const,
        [{ flow, rung, judged: 'wrong' }, wrong] as const,
      ]),
  },
  {
    name: 'signalbox_decision_precision',
    help: 'Share of the decisions that claim the positive truth of which it is true',
    labelNames: ['flow', 'rung'],
    of: (report) => figures(report, ({ precision }) => precision),
  },
  {
    name: 'signalbox_decision_recall',
    help: 'Share of the decisions of which the positive truth is true that claim it',
    labelNames: ['flow', 'rung'],
    of: (report) => figures(report, ({ recall }) => recall),
  },
  {
    name: 'signalbox_outcomes_behind',
    help: 'Entries and records of cases that the follower of outcomes has not counted yet',
    labelNames: ['flow'],
    of: ({ flow, behind }) => [[{ flow }, behind]],
  },
  {
    name: 'signalbox_labels_waiting',
    help: 'Labels that have found no event yet',
    labelNames: ['flow'],
    of: ({ flow, labels }) => [[{ flow }, labels.waiting]],
  },
];

/** `read`: all flows by rung. Every ingress on one database says the same. */
export function addQualityMetrics(scraped: Scraped, read: () => Promise<readonly QualityReport[]>): void {
  const { registry } = scraped;
  const shared = sharedReading(scraped, read);
  for (const { name, help, labelNames, of } of SHOWN) {
    new Gauge({
      ...{ name, help, labelNames, registers: [registry] },
      collect: collecting<Gauge>(registry, name, async (gauge) => {
        const reports = await shared();
        gauge.reset();
        for (const [labels, value] of reports.flatMap(of)) gauge.set(labels, value);
      }),
    });
  }
}
