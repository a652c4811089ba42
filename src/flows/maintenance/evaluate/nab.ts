/**
 * The Numenta Anomaly Benchmark: each file is a machine with one sensor, told row by row. The learning time is the benchmark's own
 * probation; all else is the flow's policy, one for all files. An alert is a row that the flow decides so.
 */
import type { JsonObject } from '../../../domain/event.ts';
import { intervalsOf } from '../../../evaluate/bootstrap.ts';
import type { DataEvent, DataSet, Evaluated, Figures, Given, Plot } from '../../../evaluate/dataSet.ts';
import { chart } from '../../../evaluate/svg.ts';
import { READ } from '../readings.ts';
import { COLUMNS, readSeries, type Series, WINDOWS_FILE } from './nabFiles.ts';
import { type AlertedFile, type FileScore, normalised, PROFILES, probationOf, scoreFile } from './nabScore.ts';
import { withLearnRows } from './ownTerms.ts';
import { NAB_PUBLISHED } from './published.ts';
import { relativeEntropyAlerts } from './relativeEntropy.ts';

const DAY_MS = 86_400_000;
const EVERY_ROWS = 300;
const ALERT_COLOR = '#cf222e';
const WINDOW_COLOR = '#2da44e';

type ProfileName = keyof typeof PROFILES;
const NAMES = Object.keys(PROFILES) as ProfileName[];

interface Reading extends DataEvent {
  readonly series: Series;
  readonly row: number;
}

function* readingsOf(all: readonly Series[]): Generator<Reading> {
  for (const series of all)
    for (const [row, value] of series.values.entries())
      yield {
        ...{ id: `${series.file}:${row}`, type: READ, timeMs: series.times[row] as number, series, row },
        data: { machineId: series.file, values: { value } },
      };
}

interface Alerted extends AlertedFile {
  readonly days: number;
}

function alerted({ times, windows }: Series, alerts: readonly number[]): Alerted {
  const from = probationOf(times.length);
  return { rows: times.length, windows, alerts, days: ((times.at(-1) as number) - (times[from] as number)) / DAY_MS };
}

/** By file, for each profile. */
type Scores = Readonly<Record<ProfileName, readonly FileScore[]>>;

const scoresOf = (files: readonly Alerted[]): Scores =>
  Object.fromEntries(NAMES.map((name) => [name, files.map((file) => scoreFile(file, PROFILES[name]))])) as unknown as Scores;

function figuresOf(files: readonly Alerted[], scores: Scores, weights?: ArrayLike<number>): Figures {
  const total = (of: (file: FileScore, at: number) => number): number =>
    scores.standard.reduce((sum, file, at) => sum + (weights?.[at] ?? 1) * of(file, at), 0);
  const alerts = total(({ alerts: count }) => count);
  return {
    ...Object.fromEntries(NAMES.map((name) => [name, normalised(scores[name], PROFILES[name], weights)])),
    precision: alerts === 0 ? 0 : total(({ inWindow }) => inWindow) / alerts,
    alertsPerSensorDay: alerts / total((_, at) => (files[at] as Alerted).days),
  };
}

const withAlerts = (all: readonly Series[], alertsOf: (series: Series) => readonly number[]): Figures => {
  const files = all.map((series) => alerted(series, alertsOf(series)));
  return figuresOf(files, scoresOf(files));
};

const everyRows = ({ values }: Series): number[] =>
  values.flatMap((_, row) => (row >= probationOf(values.length) && row % EVERY_ROWS === 0 ? [row] : []));

function timeline({ file, values, windows }: Series, alerts: readonly number[]): Plot {
  const [least, most] = values.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [values[0] ?? 0, values[0] ?? 0],
  );
  const svg = chart({
    title: `${file}: windows (green) and alerts (red)`,
    ...{ x: { label: 'row', from: 0, to: values.length - 1 }, y: { label: '', from: least, to: most } },
    lines: [{ points: values.map((value, row) => [row, value] as const), color: '#1f6feb' }],
    bands: windows.map(([from, to]) => ({ from, to, color: WINDOW_COLOR })),
    marks: alerts.map((at) => ({ at, color: ALERT_COLOR })),
  });
  return { name: `nab-${file.replaceAll(/[^A-Za-z0-9_-]+/g, '-')}`, svg };
}

async function evaluateNab({ tables, json, decide }: Given): Promise<Evaluated> {
  const all = await readSeries(tables, await json(WINDOWS_FILE));
  const alerts = new Map<Series, number[]>(all.map((series) => [series, []]));
  const learnRows = new Map(all.map(({ file, values }) => [file, { learnRows: probationOf(values.length) }]));
  let [rows, undecided] = [0, 0];
  const policy = (content: JsonObject): JsonObject => withLearnRows(content, learnRows);
  for await (const { sent, outcome } of decide({ policy, events: readingsOf(all) })) {
    rows += 1;
    if (outcome === null) undecided += 1;
    if (outcome === 'alert') alerts.get(sent.series)?.push(sent.row);
  }
  const files = all.map((series) => alerted(series, alerts.get(series) as number[]));
  const scores = scoresOf(files);
  const found = scores.standard.reduce((sum, file) => sum + file.found, 0);
  const windows = files.reduce((sum, file) => sum + file.windows.length, 0);
  return {
    ...{ rows, figures: figuresOf(files, scores) },
    intervals: { drawn: 'files', of: intervalsOf(files.length, (weights) => figuresOf(files, scores, weights)) },
    baselines: {
      [`an alert every ${EVERY_ROWS} rows`]: withAlerts(all, everyRows),
      'no alert': withAlerts(all, () => []),
      'relative entropy, computed here: it must equal its published figures on the same files': withAlerts(all, ({ values }) =>
        relativeEntropyAlerts(values),
      ),
    },
    notes: [
      `${files.length} sensors, ${found} of ${windows} windows found; one policy for all, nothing of a file is known beforehand but how many rows it has`,
      'to wish for: a precision of .35 or more, at most .25 alerts a sensor-day',
    ],
    faults: undecided === 0 ? [] : [`${undecided} rows were not decided`],
    plots: all.map((series) => timeline(series, alerts.get(series) as number[])),
  };
}

export const nab: DataSet = {
  name: 'nab',
  title: 'Numenta Anomaly Benchmark, single sensors',
  columns: COLUMNS,
  lower: ['alertsPerSensorDay'],
  floors: { standard: 70 },
  published: NAB_PUBLISHED,
  evaluate: evaluateNab,
};
