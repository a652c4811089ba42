/** What a run of a case begins with, made into types once. */
import type { CaseInput } from '../domain/temporalNames.ts';
import type { ParkedGroup } from './parked.ts';
import { isObject, isPosition, parseVerdict, type SpokenVerdict } from './signals.ts';

/** What one run hands to the next. */
export interface Carried {
  readonly taken: number;
  readonly dropped: number;
  readonly arrived: readonly number[];
  readonly waiting: readonly number[];
  readonly verdicts: readonly SpokenVerdict[];
  readonly failed: number;
  /** Those of `waiting` whose stories only wait. */
  readonly parked?: readonly ParkedGroup[];
}

export interface CaseArguments extends CaseInput {
  readonly carried?: Carried;
}

/** Positions of each kind, more than a run keeps; verdicts likewise. */
const POSITIONS_MAX = 200_000;
const VERDICTS_MAX = 1000;
const TYPES_MAX = 100;
const TYPE_CHARS_MAX = 1024;

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isListOf = <Item>(value: unknown, countMax: number, is: (item: unknown) => item is Item): value is Item[] =>
  Array.isArray(value) && value.length <= countMax && value.every(is);
const isType = (value: unknown): value is string => typeof value === 'string' && value.length <= TYPE_CHARS_MAX;
const isVerdict = (value: unknown): value is SpokenVerdict => parseVerdict(value) !== null;
const isWait = (value: unknown): value is [number, number, number] =>
  Array.isArray(value) && value.length === 3 && isPosition(value[0]) && Number.isFinite(value[1]) && Number.isFinite(value[2]);

function isGroup(value: unknown): value is ParkedGroup {
  if (!isObject(value)) return false;
  const { types, waits } = value;
  return (types === null || isListOf(types, TYPES_MAX, isType)) && isListOf(waits, POSITIONS_MAX, isWait);
}

function isCarried(value: unknown): value is Carried {
  if (!isObject(value)) return false;
  const { taken, dropped, arrived, waiting, verdicts, failed, parked } = value;
  if (!isCount(taken) || !isCount(dropped) || !isCount(failed)) return false;
  if (!isListOf(arrived, POSITIONS_MAX, isPosition) || !isListOf(waiting, POSITIONS_MAX, isPosition)) return false;
  return isListOf(verdicts, VERDICTS_MAX, isVerdict) && (parked === undefined || isListOf(parked, POSITIONS_MAX, isGroup));
}

/** Null where a run was started by hand with something else: garbage among what is carried jammed it, with good events behind it. */
export function parseCaseInput(given: unknown): CaseArguments | null {
  if (!isObject(given)) return null;
  const { tenant, flow, subject, after, carried } = given;
  if (typeof tenant !== 'string' || typeof flow !== 'string' || typeof subject !== 'string') return null;
  const input = { tenant, flow, subject, after: isPosition(after) ? after : 0 };
  if (carried === undefined || carried === null) return input;
  return isCarried(carried) ? { ...input, carried } : null;
}
