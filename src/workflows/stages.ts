/** Where the events of a case stand, and what that makes of the case: for the search attribute, the status and the Web UI. */

export type CaseState = 'deciding' | 'asking-llm' | 'awaiting-approval' | 'acting' | 'done' | 'failed';

export interface Stage {
  readonly state: Exclude<CaseState, 'done' | 'failed'>;
  /** For people: what has to happen for the event to go on. */
  readonly waitingFor?: string;
  /** RFC 3339. */
  readonly deadline?: string;
  readonly approval?: string;
}

/** A person's answer is what holds a case longest, so it is what the case is said to wait for. */
const ORDER: readonly Stage['state'][] = ['awaiting-approval', 'asking-llm', 'acting', 'deciding'];
const SHOWN_MAX = 10;

export class Stages {
  readonly #stages = new Map<number, Stage>();

  set(position: number, stage: Stage): void {
    this.#stages.set(position, stage);
  }

  end(positions: readonly number[]): void {
    for (const position of positions) this.#stages.delete(position);
  }

  get state(): Stage['state'] {
    const states = new Set([...this.#stages.values()].map(({ state }) => state));
    return ORDER.find((state) => states.has(state)) ?? 'deciding';
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
