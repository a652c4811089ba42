/** Where the events of a case stand, and what that makes of the case: for the search attribute, the status and the Web UI. */

import { approvalId } from '../domain/ids.ts';
import type { Rest } from './parked.ts';

export type CaseState = 'deciding' | 'asking-llm' | 'awaiting-approval' | 'acting' | 'done' | 'failed';

export interface Stage {
  readonly state: Exclude<CaseState, 'done' | 'failed'>;
  /** For people: what has to happen for the event to go on. */
  readonly waitingFor?: string;
  /** RFC 3339. */
  readonly deadline?: string;
  readonly approval?: string;
}

export const restStage = (types: readonly string[], untilMs: number): Stage => ({
  state: 'acting',
  waitingFor: types.length === 0 ? 'a time' : types.join(' or '),
  deadline: new Date(untilMs).toISOString(),
});

/** Of an event whose story a run before began. */
export function parkedStage(
  { tenant, flow }: { readonly tenant: string; readonly flow: string },
  position: number,
  { types, untilMs }: Rest,
): Stage {
  if (types !== null) return restStage(types, untilMs);
  const approval = approvalId({ tenant, log: flow, position }, 0);
  return { state: 'awaiting-approval', waitingFor: `a verdict on ${approval}`, deadline: new Date(untilMs).toISOString(), approval };
}

/** A person's answer is what holds a case longest, so it is what the case is said to wait for. */
const ORDER: readonly Stage['state'][] = ['awaiting-approval', 'asking-llm', 'acting', 'deciding'];
const SHOWN_MAX = 10;

export class Stages {
  readonly #stages = new Map<number, Stage>();
  /** Thousands of events may be open, and each step of each asks for the state of all. */
  readonly #counts = new Map<Stage['state'], number>();

  set(position: number, stage: Stage): void {
    this.#leave(position);
    this.#stages.set(position, stage);
    this.#counts.set(stage.state, (this.#counts.get(stage.state) ?? 0) + 1);
  }

  end(positions: readonly number[]): void {
    for (const position of positions) {
      this.#leave(position);
      this.#stages.delete(position);
    }
  }

  get state(): Stage['state'] {
    return ORDER.find((state) => (this.#counts.get(state) ?? 0) > 0) ?? 'deciding';
  }

  #leave(position: number): void {
    const before = this.#stages.get(position)?.state;
    if (before !== undefined) this.#counts.set(before, (this.#counts.get(before) ?? 0) - 1);
  }

  /** The stage whose deadline comes first, else any that waits. */
  get first(): Stage | null {
    const stages = [...this.#stages.values()].filter(({ waitingFor }) => waitingFor !== undefined);
    return stages.sort((a, b) => (a.deadline ?? '~').localeCompare(b.deadline ?? '~', 'en'))[0] ?? null;
  }

  get approvals(): string[] {
    return [...this.#stages.values()].flatMap(({ approval }) => (approval === undefined ? [] : [approval]));
  }

  /** Markdown. */
  describe(flow: string): string[] {
    const lines = [...this.#stages].slice(0, SHOWN_MAX).map(([position, { state, waitingFor, deadline }]) => {
      const what = waitingFor === undefined ? state : `${state}: waiting for ${waitingFor}`;
      return `- event ${flow}.${position}: ${what}${deadline === undefined ? '' : ` until ${deadline}`}`;
    });
    const more = this.#stages.size - lines.length;
    return more > 0 ? [...lines, `- and ${more} more`] : lines;
  }
}
