/** Evaluates a flow on each of its data sets that a folder holds. */
import { CannotRun } from '../domain/errors.ts';
import type { DataFolder } from './dataFolder.ts';
import type { DataSet, Decider, Evaluated, Figures } from './dataSet.ts';

export interface SetReport extends Evaluated {
  readonly set: string;
  readonly title: string;
  readonly floors: Figures;
  readonly published: Readonly<Record<string, Figures>>;
  /** All floors are reached, and nothing else is wrong. */
  readonly ok: boolean;
}

/** Those that have a value: JSON knows no NaN. */
const told = (figures: Figures): Figures => Object.fromEntries(Object.entries(figures).filter(([, figure]) => Number.isFinite(figure)));

/** What has no value on this data is left out and said. */
function withoutUntold({ figures, intervals, baselines, faults, ...rest }: Evaluated): Evaluated {
  const untold = Object.keys(figures).filter((name) => !Number.isFinite(figures[name]));
  const of = Object.fromEntries(Object.entries(intervals.of).filter(([, ends]) => ends.every(Number.isFinite)));
  return {
    ...{ ...rest, figures: told(figures), intervals: { ...intervals, of } },
    baselines: Object.fromEntries(Object.entries(baselines).map(([by, given]) => [by, told(given)])),
    faults: untold.length === 0 ? faults : [...faults, `this data is too little to tell ${untold.join(', ')}`],
  };
}

/** A figure that is not a number reaches no floor. */
export function reaches({ floors, lower }: Pick<DataSet, 'floors' | 'lower'>, figures: Figures): boolean {
  return Object.entries(floors).every(([name, floor]) => {
    const figure = figures[name] ?? Number.NaN;
    return lower.includes(name) ? figure <= floor : figure >= floor;
  });
}

/** Throws CannotRun where the folder holds none of them. */
export async function* evaluateFlow(
  dataSets: readonly DataSet[],
  { folder, deciderOf }: { folder: DataFolder; deciderOf: (set: DataSet) => Decider },
): AsyncGenerator<SetReport> {
  const tablesOf = ({ form, columns }: DataSet) => (form === 'list' ? [] : folder.tables(columns));
  const itemsOf = ({ form, columns }: DataSet) => (form === 'list' ? folder.items(columns) : []);
  const found = dataSets.filter((set) => tablesOf(set).length + itemsOf(set).length > 0);
  if (found.length === 0) {
    const needed = dataSets.map(({ name, columns }) => `${name} has the columns ${columns.join(', ')}`);
    throw new CannotRun(`Cannot find the data: no file of the folder fits a data set (${needed.join('; ')})`);
  }
  for (const set of found) {
    const decider = deciderOf(set);
    const evaluated = withoutUntold(
      await set.evaluate({
        tables: tablesOf(set),
        items: itemsOf(set),
        beside: (columns) => folder.tables(columns),
        json: (name) => folder.json(name),
        decide: (questions) => decider.decide(questions),
      }),
    );
    const { name, title, floors, published } = set;
    const ok = evaluated.faults.length === 0 && reaches(set, evaluated.figures);
    yield { ...evaluated, notes: [...evaluated.notes, ...decider.notes()], set: name, title, floors, published, ok };
  }
}
