/** A case as people see it: in Temporal's Web UI, by its search attributes and by the query. */
import { CaseDisplay } from './caseDisplay.ts';
import type { Inbox } from './inbox.ts';
import { type CaseState, type Stage, Stages } from './stages.ts';

/** The query's answer. */
export interface CaseStatus {
  flow: string;
  subject: string;
  state: string;
  waitingFor: string | null;
  deadline: string | null;
  taken: number;
  settled: number;
  approvals: string[];
  dropped: number;
}

export class CaseShown {
  readonly #of: { readonly flow: string; readonly subject: string };
  readonly #stages = new Stages();
  readonly #display = new CaseDisplay();

  constructor(of: { readonly flow: string; readonly subject: string }) {
    this.#of = of;
  }

  stage(position: number, stage: Stage): void {
    this.#stages.set(position, stage);
    this.#show(this.#stages.state);
  }

  /** `more`: others are open. */
  finish(positions: readonly number[], more: boolean): void {
    this.#stages.end(positions);
    if (more) this.#show(this.#stages.state);
  }

  close(failed: boolean): void {
    this.#show(failed ? 'failed' : 'done');
  }

  decided(outcome: string, when: 'now' | 'later'): void {
    this.#display.decided(outcome, when);
  }

  status({ taken, settled, dropped }: Inbox): CaseStatus {
    const { waitingFor = null, deadline = null } = this.#stages.first ?? {};
    const state = this.#display.state ?? this.#stages.state;
    const { flow, subject } = this.#of;
    return { flow, subject, state, waitingFor, deadline, taken, settled, approvals: this.#stages.approvals, dropped };
  }

  #show(state: CaseState): void {
    const { flow, subject } = this.#of;
    this.#display.show(state, [`**${state}** ${flow} ${subject}`, ...this.#stages.describe(flow)]);
  }
}
