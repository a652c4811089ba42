/** What a flow's evaluation is made of: data sets that are told as events, decided by the flow, and scored. */
import type { JsonObject } from '../domain/event.ts';
import type { SentEvent } from '../kit/foldAll.ts';
import type { CsvTable } from './csv.ts';

/** By name; all of one data set have the same names. */
export type Figures = Readonly<Record<string, number>>;

/** What the flow said of an event; `outcome` is null where it decided nothing. */
export interface Decided<Sent extends SentEvent = SentEvent> {
  readonly sent: Sent;
  readonly outcome: string | null;
  readonly score: number | null;
  readonly result: JsonObject;
}

/** An event of a data set: its id is its own and the same each time. */
export interface DataEvent extends SentEvent {
  readonly id: string;
  readonly timeMs: number;
}

export interface Questions<Sent extends DataEvent> {
  /** Changes the flow's policy, as its text holds it, for these events. */
  readonly policy?: (content: JsonObject) => JsonObject;
  readonly events: Iterable<Sent> | AsyncIterable<Sent>;
}

/** Who decides: this process, or a service. */
export interface Decider {
  /** Puts events to the flow, in order, and gives what it said of each. */
  decide<Sent extends DataEvent>(questions: Questions<Sent>): AsyncIterable<Decided<Sent>>;
  /** What there is to say about how it was decided. */
  notes(): string[];
}

export interface Given {
  /** Those with the set's columns, in order of time. */
  readonly tables: readonly CsvTable[];
  /** Further tables, by their columns. */
  beside(columns: readonly string[]): readonly CsvTable[];
  /** Of a set whose data are lists: those with the set's columns, one behind the other, in the order of their files' names. */
  readonly items: readonly JsonObject[];
  /** A JSON file beside the data. Throws CannotRun where there is none. */
  json(name: string): Promise<unknown>;
  readonly decide: Decider['decide'];
}

export interface Plot {
  readonly name: string;
  readonly svg: string;
}

export interface Evaluated {
  /** That were decided or folded. */
  readonly rows: number;
  readonly figures: Figures;
  /** 95 %, by what was drawn. */
  readonly intervals: { readonly drawn: string; readonly of: Readonly<Record<string, readonly [number, number]>> };
  /** Trivial ones, on the same rows. */
  readonly baselines: Readonly<Record<string, Figures>>;
  readonly notes: readonly string[];
  /** Something that had to hold did not, whatever the figures say; each is one line. */
  readonly faults: readonly string[];
  readonly plots: readonly Plot[];
}

export interface DataSet {
  readonly name: string;
  readonly title: string;
  /** A table that has them all is one of the set's. */
  readonly columns: readonly string[];
  /** `list`: its data are JSON files, each a list of objects that all have the columns as keys. */
  readonly form?: 'table' | 'list';
  /** Figures that are better when they are lower. */
  readonly lower: readonly string[];
  readonly floors: Figures;
  /** Who published it and where, and what they reached. */
  readonly published: Readonly<Record<string, Figures>>;
  evaluate(given: Given): Promise<Evaluated>;
}
