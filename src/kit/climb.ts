/**
 * The ladder, climbed: the rungs of a policy in its order, and what each of them said. Pure. A reflex climbs the first rungs at once
 * (`climbNow`), a case goes on above them over hours or days: both by these rules, so that no flow writes findings by itself.
 */
import type { DecisionDraft, Reason, Rung, RungFinding } from '../domain/decision.ts';
import type { Json, JsonObject } from '../domain/event.ts';

/** What a rung says of an event. It decides where it names an outcome and neither abstains nor asks for a person. */
export interface Said {
  /** What it would do; null where it cannot say. */
  readonly outcome: string | null;
  readonly confidence: number | null;
  /** Why it passes on. */
  readonly abstains?: string;
  /** A person must look, whoever else is sure. */
  readonly asksPerson?: true;
  readonly reasons?: readonly Reason[];
  readonly score?: number;
  /** Laid over what is known of the event. */
  readonly result?: Readonly<Record<string, unknown>>;
  /** What its conditions were held against: numbers and codes. */
  readonly seen?: Readonly<Record<string, Json>>;
  readonly ms?: number;
  readonly costUsd?: number;
  /** Stands among the reasons of whatever is decided further up. */
  readonly note?: Reason;
  /** Who spoke in the place of the rung that was asked: the default for a person who did not answer. */
  readonly inPlace?: Rung;
}

/** A rung's words, and that it was this one. */
export type Spoken = Said & { readonly rung: Rung };

/** What stood before the climb began: of the reflex, where a case goes on. */
export interface Known {
  readonly findings: readonly RungFinding[];
  readonly reasons: readonly Reason[];
  readonly score: number | null;
  readonly result: Readonly<Record<string, unknown>>;
}

export interface Climb {
  readonly known: Known;
  /** The rungs that are still to be asked, in order. */
  readonly left: readonly Rung[];
  readonly said: readonly Spoken[];
  /** A rule asks for a person: below one, nobody decides any more. */
  readonly held: boolean;
  readonly decided: Spoken | null;
}

export const RULE_ASKS = 'a rule asks for a person';

const mayDecideWhatIsHeld = (rung: Rung): boolean => rung === 'human' || rung === 'default';

export function beginClimb(rungs: readonly Rung[], known: Known, held = false): Climb {
  return { known, left: rungs, said: [], held, decided: null };
}

/** The climb after the next rung has said this. */
export function next(climb: Climb, said: Said): Climb {
  const [asked, ...left] = climb.left;
  if (asked === undefined) throw new RangeError('Cannot climb on as every rung has been asked');
  const rung = said.inPlace ?? asked;
  // who said nothing keeps the reason why
  const onlyAdvises = climb.held && said.confidence !== null && !mayDecideWhatIsHeld(rung);
  const spoken: Spoken = { rung, ...said, ...(onlyAdvises ? { abstains: RULE_ASKS } : {}) };
  const decides = spoken.outcome !== null && spoken.abstains === undefined && spoken.asksPerson === undefined;
  return {
    ...climb,
    left,
    said: [...climb.said, spoken],
    held: climb.held || said.asksPerson === true,
    decided: decides ? spoken : climb.decided,
  };
}

/** The climb after its guards object to what was decided: they stand under `rules`, and who decided has proposed. */
export function overrule(climb: Climb, objection: Said): Climb {
  const rules: Spoken = { rung: 'rules', ...objection };
  const others = climb.said
    .filter(({ rung }) => rung !== 'rules')
    .map((spoken): Spoken => (spoken === climb.decided ? { ...spoken, abstains: RULE_ASKS } : spoken));
  return { ...climb, said: [rules, ...others], held: true, decided: null };
}

function findingOf({ rung, outcome, confidence, ms = 0, costUsd, abstains, seen }: Spoken): RungFinding {
  const finding: RungFinding = { rung, outcome, confidence, ms };
  if (costUsd !== undefined) finding.costUsd = costUsd;
  if (abstains !== undefined) finding.abstained = abstains;
  if (seen !== undefined) finding.seen = seen;
  return finding;
}

export function findingsOf({ known, said }: Climb): RungFinding[] {
  return [...known.findings, ...said.map(findingOf)];
}

/** What the rungs that passed on would have done, for a person to see. */
export function adviceOf({ said }: Climb): JsonObject {
  const advisers = said.filter(({ outcome, abstains }) => outcome !== null && abstains !== undefined);
  return Object.fromEntries(
    advisers.map(({ rung, outcome, confidence, reasons = [], abstains = null }) => [
      rung,
      { outcome, confidence, reasons: reasons.map((reason) => ({ ...reason })), abstained: abstains },
    ]),
  );
}

/** The final decision; null while no rung has made one. */
export function decisionOf(climb: Climb): DecisionDraft | null {
  const { known, said, decided } = climb;
  if (decided === null) return null;
  const { outcome, confidence, rung, reasons = [], result } = decided;
  return {
    outcome: outcome ?? '',
    confidence: confidence ?? 0,
    score: scoreOf(climb),
    rung,
    reasons: [...reasons, ...known.reasons, ...notesOf(said)],
    result: { ...known.result, ...result },
    provisional: false,
    rungs: findingsOf(climb),
  };
}

/** What holds until somebody above decides: the doubt, with all that was said. */
export function doubtOf(climb: Climb, outcome: string): DecisionDraft {
  const { known, said, held } = climb;
  const last = said.findLast(({ confidence }) => confidence !== null);
  return {
    outcome,
    confidence: held ? 1 : (last?.confidence ?? 0),
    score: scoreOf(climb),
    rung: held ? 'rules' : (last?.rung ?? 'default'),
    reasons: [...said.flatMap(({ reasons = [] }) => reasons), ...known.reasons, ...notesOf(said)],
    result: { ...known.result },
    provisional: true,
    rungs: findingsOf(climb),
  };
}

const scoreOf = ({ known, said }: Climb): number | null => said.findLast(({ score }) => score !== undefined)?.score ?? known.score;
const notesOf = (said: readonly Spoken[]): Reason[] => said.flatMap(({ note }) => (note === undefined ? [] : [note]));
