/** A watch on subjects that have a state of their own: its check is given that state, as the reflex's functions are. */
import type { Watch, WatchAnswer } from '../domain/flow/reflex.ts';
import type { StateCodec } from './state/stateCodec.ts';
import { stateKey } from './stateKey.ts';

interface WatchDefinition<State, Policy> {
  /** The field of the own event's data that names the subject. */
  readonly subjectField: string;
  /** The name of the state, as the reflex has it, and its codec. */
  readonly state: string;
  readonly codec: StateCodec<State>;
  /** Whether what was watched for is missing now, and since when; else when to look again. */
  check(state: State, policy: Policy, nowMs: number): WatchAnswer;
}

export function defineWatch<State, Policy>({ subjectField, state: name, codec, check }: WatchDefinition<State, Policy>): Watch<Policy> {
  return {
    subjectField,
    keys: (subject) => [stateKey(name, subject)],
    check: ([bytes = null], policy, nowMs) => check(bytes === null ? codec.empty() : codec.read(bytes), policy, nowMs),
  };
}
