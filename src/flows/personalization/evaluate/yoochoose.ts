/**
 * Clicks of the RecSys Challenge 2015 (yoochoose), told one by one in the order of their times, of all sessions at once. Each click of a session is
 * held against what was recommended at the click before it: HR@20 is the share that the list held, MRR@20 the mean of one by its place there.
 * All items can be recommended, the same one again too. What is scored is what a file named test holds; without one, the last day.
 */

import { intervalsOf } from '../../../evaluate/bootstrap.ts';
import type { CsvTable } from '../../../evaluate/csv.ts';
import type { DataEvent, DataSet, Evaluated, Figures, Given } from '../../../evaluate/dataSet.ts';
import { chart } from '../../../evaluate/svg.ts';
import { VIEWED } from '../events.ts';
import { YOOCHOOSE_PUBLISHED } from './published.ts';

const COLUMNS = ['SessionId', 'ItemId', 'Time'];
const TEST = /test/i;
const DAY_MS = 86_400_000;
const PLACES = 20;

interface Click extends DataEvent {
  readonly session: string;
  readonly item: string;
  readonly scored: boolean;
}

/** In the order of their times; those of one time as they stand in their file. */
async function clicksOf(tables: readonly CsvTable[]): Promise<Click[]> {
  const clicks: (Click & { readonly test: boolean })[] = [];
  for (const table of tables) {
    const test = TEST.test(table.name);
    // each file numbers its sessions for itself
    for await (const [of, item, time] of table.rows(COLUMNS, ['Time']) as AsyncGenerator<[string, string, string]>) {
      const session = `${test ? 'test' : 'train'}-${of}`;
      const timeMs = Math.round(1000 * Number(time));
      const data = { sessionId: session, itemId: item };
      clicks.push({ id: `${session}:${clicks.length}`, type: VIEWED, timeMs, data, session, item, test, scored: test });
    }
  }
  clicks.sort((a, b) => Number(a.test) - Number(b.test) || a.timeMs - b.timeMs);
  if (clicks.some(({ test }) => test)) return clicks;
  const fromMs = (clicks.at(-1)?.timeMs ?? 0) - DAY_MS;
  return clicks.map((click) => ({ ...click, scored: click.timeMs >= fromMs }));
}

/** The place of each query's item in its list, from 1 on; 0 where it is not among the first 20. By session. */
type Places = ReadonlyMap<string, readonly number[]>;

function figuresOf(sessions: readonly (readonly number[])[], weights?: ArrayLike<number>): Figures {
  let [queries, hits, reciprocals] = [0, 0, 0];
  for (const [at, places] of sessions.entries()) {
    const weight = weights?.[at] ?? 1;
    queries += weight * places.length;
    for (const place of places) if (place > 0) [hits, reciprocals] = [hits + weight, reciprocals + weight / place];
  }
  return { hr20: hits / queries, mrr20: reciprocals / queries };
}

/** Asks for the list of each click in turn, and holds the session's next click against it. */
class Scoring {
  readonly #places = new Map<string, number[]>();
  readonly #lists = new Map<string, readonly string[]>();

  add({ session, item, scored }: Click, list: readonly string[]): void {
    const before = this.#lists.get(session);
    this.#lists.set(session, list.slice(0, PLACES));
    if (before === undefined || !scored) return;
    const places = this.#places.get(session) ?? [];
    places.push(1 + before.indexOf(item));
    this.#places.set(session, places);
  }

  get places(): Places {
    return this.#places;
  }

  figures(): Figures {
    return figuresOf([...this.#places.values()]);
  }
}

/** Lists that need no flow, by what was clicked before. */
function trivial(clicks: readonly Click[]): Record<string, Figures> {
  const [popular, last, following] = [new Scoring(), new Scoring(), new Scoring()];
  const [counts, newest, pairs] = [new Map<string, number>(), new Map<string, string>(), new Map<string, Map<string, number>>()];
  const most = (of: ReadonlyMap<string, number>): string[] =>
    [...of]
      .sort(([, a], [, b]) => b - a)
      .slice(0, PLACES)
      .map(([item]) => item);
  let [top, untilNext] = [[] as string[], 0];
  for (const click of clicks) {
    const { session, item } = click;
    counts.set(item, (counts.get(item) ?? 0) + 1);
    const before = newest.get(session);
    newest.set(session, item);
    if (before !== undefined) {
      const followers = pairs.get(before) ?? new Map<string, number>();
      followers.set(item, (followers.get(item) ?? 0) + 1);
      pairs.set(before, followers);
    }
    // sorting them all at each click would take minutes
    if (untilNext === 0) [top, untilNext] = [most(counts), 100];
    untilNext -= 1;
    popular.add(click, top);
    last.add(click, [item]);
    following.add(click, most(pairs.get(item) ?? new Map()));
  }
  return {
    'what is clicked most': popular.figures(),
    'the same item again': last.figures(),
    'what followed the last item most often': following.figures(),
  };
}

const shareByPlace = (sessions: readonly (readonly number[])[]): [number, number][] => {
  const places = sessions.flat();
  return Array.from({ length: PLACES }, (_, at) => [at + 1, places.filter((place) => place > 0 && place <= at + 1).length / places.length]);
};

async function evaluateYoochoose({ tables, decide }: Given): Promise<Evaluated> {
  const clicks = await clicksOf(tables);
  const scoring = new Scoring();
  let [rows, undecided] = [0, 0];
  for await (const { sent, outcome, result } of decide({ events: clicks })) {
    rows += 1;
    if (outcome === null) undecided += 1;
    scoring.add(sent, Array.isArray(result.items) ? (result.items as string[]) : []);
  }
  const sessions = [...scoring.places.values()];
  const queries = sessions.reduce((sum, { length }) => sum + length, 0);
  const svg = chart({
    title: 'Yoochoose: share of next clicks among the first so many of the list',
    ...{ x: { label: 'items of the list', from: 1, to: PLACES }, y: { label: 'share', from: 0, to: 1 } },
    lines: [{ points: shareByPlace(sessions), color: '#1f6feb', label: 'held' }],
  });
  return {
    ...{ rows, figures: figuresOf(sessions) },
    intervals: { drawn: 'sessions', of: intervalsOf(sessions.length, (weights) => figuresOf(sessions, weights)) },
    baselines: trivial(clicks),
    notes: [`${queries} next clicks of ${sessions.length} sessions are scored, of ${rows} clicks; the flow learns from each as it comes`],
    faults: [
      ...(undecided === 0 ? [] : [`${undecided} clicks were not decided`]),
      ...(queries === 0 ? ['no session has two clicks that are scored'] : []),
    ],
    plots: [{ name: 'yoochoose-hits', svg }],
  };
}

export const yoochoose: DataSet = {
  name: 'yoochoose',
  title: 'Yoochoose, the next click of a session',
  columns: COLUMNS,
  lower: [],
  floors: { hr20: 0.7, mrr20: 0.375 },
  published: YOOCHOOSE_PUBLISHED,
  evaluate: evaluateYoochoose,
};
