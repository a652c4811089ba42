/**
 * Drift of one flow, as a state that decisions and truths are added to: a reference that is learnt first, and the window of event time that is
 * under way. When that is over, it is compared and begins anew. Pure and bounded: at most 33 series of at most 803 bins, of which few are used.
 */
import { addTruth, type Calibration, calibrationShift, noCalibration, truthsOf } from '../../kit/sense/calibrationShift.ts';
import { addBin, type BinCounts, binOf, countOf, scoreBinOf, shiftBetween } from '../../kit/sense/shift.ts';
import type { DriftPolicy } from '../../policy/driftPolicy.ts';

const INPUTS_MAX = 32;
const NAME_CHARS_MAX = 64;

/** Counts of the reference and of the window. */
interface Compared<Counts> {
  before: Counts;
  now: Counts;
  /** It has drifted and was told. */
  over: boolean;
  /** As it was compared last, in units of what may be. */
  measure: number;
}

interface Span {
  fromMs: number;
  toMs: number;
}

/** As its row holds it, in JSON. */
export interface DriftState {
  /** What folded the events: another code begins anew. */
  code: string;
  /** Windows that were learnt from. */
  windows: number;
  reference: Span | null;
  /** When the window that is under way began, and what it holds began: one with too little goes on. */
  window: { startMs: number; fromMs: number } | null;
  learnt: { decisions: boolean; truths: boolean };
  score: Compared<BinCounts>;
  inputs: Record<string, Compared<BinCounts>>;
  truths: Compared<Calibration>;
}

export interface SaidOf {
  readonly timeMs: number;
  readonly position: number;
  readonly history: boolean;
  readonly score: number | null;
  /** By name; the first are kept. */
  readonly inputs: readonly (readonly [name: string, value: number])[];
}

export interface Drift {
  readonly kind: 'input' | 'score' | 'calibration';
  readonly name: string;
  readonly measure: number;
  readonly threshold: number;
  /** Counted in the reference, and in the window. */
  readonly reference: number;
  readonly count: number;
}

/** What has begun to drift by the end of a window, which the event at `position` told. */
export interface Drifted {
  readonly position: number;
  readonly drifts: readonly Drift[];
  readonly reference: Span;
  readonly window: Span;
}

const bins = (): Compared<BinCounts> => ({ before: {}, now: {}, over: false, measure: 0 });

export const noDrift = (code: string): DriftState => ({
  ...{ code, windows: 0, reference: null, window: null, learnt: { decisions: false, truths: false } },
  ...{ score: bins(), inputs: {}, truths: { before: noCalibration(), now: noCalibration(), over: false, measure: 0 } },
});

/** Adds a decision; gives what has drifted where a window was over before it. Changes the state. */
export function addSaid(state: DriftState, said: SaidOf, policy: DriftPolicy): Drifted | null {
  const drifted = endWindow(state, said, policy);
  const into = state.learnt.decisions ? 'now' : 'before';
  if (said.score !== null) count(state.score[into], scoreBinOf(said.score));
  for (const [name, value] of said.inputs) {
    const input = inputOf(state, name);
    if (input !== null) count(input[into], binOf(value));
  }
  return drifted;
}

/** Adds what turned out to be true of a decision. */
export function addKnown(state: DriftState, score: number, isTrue: boolean): void {
  addTruth(state.learnt.truths ? state.truths.now : state.truths.before, score, isTrue);
}

function count(counts: BinCounts, bin: number | null): void {
  if (bin !== null) addBin(counts, bin);
}

/** One that was not there while the reference was learnt has none. */
function inputOf({ inputs, learnt }: DriftState, name: string): Compared<BinCounts> | null {
  if (Object.hasOwn(inputs, name)) return inputs[name] as Compared<BinCounts>;
  if (learnt.decisions || name.length > NAME_CHARS_MAX || name === '__proto__' || Object.keys(inputs).length >= INPUTS_MAX) return null;
  const input = bins();
  inputs[name] = input;
  return input;
}

function endWindow(state: DriftState, { timeMs, position, history }: SaidOf, policy: DriftPolicy): Drifted | null {
  const lengthMs = policy.windowSeconds * 1000;
  state.window ??= { startMs: timeMs, fromMs: timeMs };
  const { startMs, fromMs } = state.window;
  if (timeMs < startMs + lengthMs) return null;
  const nextMs = startMs + lengthMs * Math.floor((timeMs - startMs) / lengthMs);
  state.window = { startMs: nextMs, fromMs };
  state.reference ??= { fromMs, toMs: nextMs };
  state.windows += 1;
  if (!state.learnt.decisions) {
    state.reference.toMs = nextMs;
    state.window.fromMs = nextMs;
  }
  const drifts = [...compareDecisions(state, policy), ...compareTruths(state, policy)];
  const window = { fromMs, toMs: nextMs };
  if (countsOf(state) === 0) state.window.fromMs = nextMs;
  // of what was imported nobody is to be told now
  return drifts.length === 0 || history ? null : { position, drifts, reference: state.reference, window };
}

const countsOf = ({ score, inputs }: DriftState): number =>
  [score, ...Object.values(inputs)].reduce((sum, { now }) => sum + countOf(now), 0);

/** Whether it begins to: one that has drifted is told again only after it was back at half of what may be. */
function begins<Counts>(compared: Compared<Counts>, measure: number, drifts: boolean): boolean {
  const fresh = drifts && !compared.over;
  compared.measure = measure;
  if (fresh) compared.over = true;
  else if (measure < 0.5) compared.over = false;
  return fresh;
}

function compareDecisions(state: DriftState, { referenceWindows, decisionsMin, shiftMax }: DriftPolicy): Drift[] {
  const all: readonly { readonly kind: Drift['kind']; readonly name: string; readonly of: Compared<BinCounts> }[] = [
    { kind: 'score', name: 'score', of: state.score },
    ...Object.entries(state.inputs).map(([name, of]) => ({ kind: 'input' as const, name, of })),
  ];
  if (!state.learnt.decisions) {
    const most = Math.max(...all.map(({ of }) => countOf(of.before)));
    state.learnt.decisions = state.windows >= referenceWindows && most >= decisionsMin;
    return [];
  }
  return all.flatMap(({ kind, name, of }): Drift[] => {
    const [reference, counted] = [countOf(of.before), countOf(of.now)];
    if (counted < decisionsMin || reference < decisionsMin) return [];
    const { index, chance } = shiftBetween(of.before, of.now);
    const threshold = Math.max(shiftMax, chance);
    of.now = {};
    if (!begins(of, index / threshold, index >= threshold)) return [];
    return [{ kind, name, measure: index, threshold, reference, count: counted }];
  });
}

function compareTruths({ truths, windows, learnt }: DriftState, { referenceWindows, labelsMin, calibrationMax }: DriftPolicy): Drift[] {
  const [reference, counted] = [truthsOf(truths.before), truthsOf(truths.now)];
  if (!learnt.truths) {
    learnt.truths = windows >= referenceWindows && reference >= labelsMin;
    return [];
  }
  if (counted < labelsMin) return [];
  const { gap, squares, chance } = calibrationShift(truths.before, truths.now);
  truths.now = noCalibration();
  if (!begins(truths, gap / calibrationMax, gap >= calibrationMax && squares >= chance)) return [];
  return [{ kind: 'calibration', name: 'calibration', measure: gap, threshold: calibrationMax, reference, count: counted }];
}

/** The largest of all measures, and how many have drifted. */
export function driftFigures({ score, inputs, truths }: DriftState): { measure: number; drifted: number } {
  const all = [score, truths, ...Object.values(inputs)];
  return { measure: Math.max(...all.map(({ measure }) => measure)), drifted: all.filter(({ over }) => over).length };
}
