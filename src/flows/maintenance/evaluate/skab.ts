/**
 * The Skoltech Anomaly Benchmark (I. D. Katser, V. O. Kozitsin, 2020): a water pump's sensors together, once a second. The first 400 rows of
 * a file only teach; each row after them is alarm or none by what the flow says of the sensors together, and held against its label. No row
 * is forgiven for lying near a labelled one.
 */
import { CannotRun } from '../../../domain/errors.ts';
import type { JsonObject } from '../../../domain/event.ts';
import { intervalsOf } from '../../../evaluate/bootstrap.ts';
import type { CsvTable } from '../../../evaluate/csv.ts';
import { calibrationChart, precisionRecallChart } from '../../../evaluate/curves.ts';
import type { DataEvent, DataSet, Evaluated, Figures, Given } from '../../../evaluate/dataSet.ts';
import { READ } from '../readings.ts';
import { withLearnRows } from './ownTerms.ts';
import { SKAB_PUBLISHED } from './published.ts';

const KEYS = ['file', 'row', 'datetime', 'anomaly'];
/** Of the row, not of the pump. */
const NO_SENSORS = new Set([...KEYS, 'changepoint']);
const LEARN_ROWS = 400;

interface Row extends DataEvent {
  readonly file: string;
  readonly row: number;
  readonly anomaly: boolean;
}

async function* rowsOf(tables: readonly CsvTable[]): AsyncGenerator<Row> {
  for (const table of tables) {
    const sensors = table.columns.filter((column) => !NO_SENSORS.has(column));
    for await (const [file, row, time, anomaly, ...cells] of table.rows(
      [...KEYS, ...sensors],
      ['row', 'anomaly', ...sensors],
    ) as AsyncGenerator<[string, string, string, string, ...string[]]>) {
      const values = Object.fromEntries(sensors.map((sensor, at) => [sensor, Number(cells[at])]));
      const timeMs = Date.parse(`${time.replace(' ', 'T')}Z`);
      if (Number.isNaN(timeMs))
        throw new CannotRun(`Cannot read ${table.name}: ${file}, row ${row}: datetime must be YYYY-MM-DD HH:MM:SS: ${time}`);
      yield {
        ...{ id: `${file}:${row}`, type: READ, timeMs, file, row: Number(row), anomaly: Number(anomaly) === 1 },
        data: { machineId: file, values },
      };
    }
  }
}

/** A pump's rows in order, whichever tables they stand in. */
async function inOrder(tables: readonly CsvTable[]): Promise<Row[]> {
  const pumps = new Map<string, Row[]>();
  for await (const row of rowsOf(tables)) {
    const rows = pumps.get(row.file);
    if (rows === undefined) pumps.set(row.file, [row]);
    else rows.push(row);
  }
  return [...pumps.values()].flatMap((rows) => rows.sort((a, b) => a.row - b.row));
}

/** What was said of a row that counts. */
interface Judged {
  readonly file: string;
  readonly anomaly: boolean;
  readonly alarm: boolean;
  /** 1 is an alarm; null where the sensors together were not judged. */
  readonly joint: number | null;
}

interface Counts {
  readonly hits: number;
  readonly falseAlarms: number;
  readonly misses: number;
  readonly quiet: number;
}

function countsOf(rows: readonly Judged[]): Counts {
  const count = (anomaly: boolean, alarm: boolean): number => rows.filter((row) => row.anomaly === anomaly && row.alarm === alarm).length;
  return { hits: count(true, true), falseAlarms: count(false, true), misses: count(true, false), quiet: count(false, false) };
}

/** F1 of anomalous rows, false alarms in percent of normal rows, misses in percent of anomalous ones. */
function figuresOf(files: readonly Counts[], weights?: ArrayLike<number>): Figures {
  const total = (name: keyof Counts): number => files.reduce((sum, file, at) => sum + (weights?.[at] ?? 1) * file[name], 0);
  const [hits, falseAlarms, misses, quiet] = [total('hits'), total('falseAlarms'), total('misses'), total('quiet')];
  return {
    f1: (2 * hits) / (2 * hits + falseAlarms + misses),
    far: (100 * falseAlarms) / (falseAlarms + quiet),
    mar: (100 * misses) / (misses + hits),
  };
}

async function evaluateSkab({ tables, decide }: Given): Promise<Evaluated> {
  const told = await inOrder(tables);
  const files = new Set(told.map(({ file }) => file));
  const terms = new Map([...files].map((file) => [file, { learnRows: LEARN_ROWS, jointLearnRows: LEARN_ROWS }]));
  const seen = new Map<string, number>();
  const judged: Judged[] = [];
  let rows = 0;
  const policy = (content: JsonObject): JsonObject => withLearnRows(content, terms);
  for await (const { sent, result } of decide({ policy, events: told })) {
    const { file, anomaly } = sent;
    rows += 1;
    const before = seen.get(file) ?? 0;
    seen.set(file, before + 1);
    const joint = typeof result.joint === 'number' ? result.joint : null;
    if (before >= LEARN_ROWS) judged.push({ file, anomaly, joint, alarm: joint !== null && joint > 1 });
  }
  const by = (alarm: (row: Judged) => boolean): Counts[] =>
    [...files].map((file) => countsOf(judged.filter((row) => row.file === file).map((row) => ({ ...row, alarm: alarm(row) }))));
  const counts = by(({ alarm }) => alarm);
  const unjudged = judged.filter(({ joint }) => joint === null).length;
  const scored = judged.map(({ joint, anomaly }) => ({ score: Math.min(1, (joint ?? 0) / 2), positive: anomaly }));
  return {
    ...{ rows, figures: figuresOf(counts) },
    intervals: { drawn: 'files', of: intervalsOf(counts.length, (weights) => figuresOf(counts, weights)) },
    baselines: { 'always alarm': figuresOf(by(() => true)), 'never alarm': figuresOf(by(() => false)) },
    notes: [
      `${files.size} files, ${judged.length} rows after the first ${LEARN_ROWS} of each; a row is alarm or none by the sensors together`,
    ],
    faults: unjudged === 0 ? [] : [`${unjudged} rows were not judged`],
    plots: [
      {
        name: 'skab-precision-recall',
        svg: precisionRecallChart('SKAB: rows by how far the sensors are off how they go together', scored),
      },
      { name: 'skab-calibration', svg: calibrationChart('SKAB: score against the share of anomalous rows', scored) },
    ],
  };
}

export const skab: DataSet = {
  name: 'skab',
  title: 'Skoltech Anomaly Benchmark, sensors together',
  columns: KEYS,
  lower: ['far', 'mar'],
  floors: { f1: 0.8, far: 20, mar: 25 },
  published: SKAB_PUBLISHED,
  evaluate: evaluateSkab,
};
