/** Asks a flow's check about a watch whose time has come. What the check gets wrong is an Error: its row waits, others go on. */

import type { StateBytes, Watch, WatchAnswer } from '../domain/flow/reflex.ts';
import type { Flow } from '../domain/flow.ts';
import { checkedKeys } from './fold.ts';
import { isInstant } from './watches.ts';

interface Watched {
  readonly name: string;
  readonly subject: string;
}

function attempt<Value>(make: () => Value): Value | Error {
  try {
    return make();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

export function watchOf({ name: flow, watches = {} }: Flow, name: string): Watch {
  const watch = Object.hasOwn(watches, name) ? watches[name] : undefined;
  if (watch === undefined) throw new Error(`Cannot look at the watch ${name} as ${flow} has none of this name`);
  return watch;
}

/** The keys whose states `askWatch` must be given. */
export const keysOfWatch = (flow: Flow, { name, subject }: Watched): readonly string[] | Error =>
  attempt(() => checkedKeys(watchOf(flow, name).keys(subject)));

export function askWatch(
  flow: Flow,
  { name }: Watched,
  { states, policy, nowMs }: { readonly states: readonly (StateBytes | null)[]; readonly policy: unknown; readonly nowMs: number },
): WatchAnswer | Error {
  return attempt(() => {
    const answer = watchOf(flow, name).check(states, policy, nowMs);
    const atMs = 'againAtMs' in answer ? answer.againAtMs : answer.dueSinceMs;
    if (!isInstant(atMs)) throw new RangeError(`Cannot take an answer that names no whole millisecond up to the year 9999: ${atMs}`);
    return answer;
  });
}
