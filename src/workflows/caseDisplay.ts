/** What people see of a run in Temporal: its current details, and the search attributes that change. */
import { defineSearchAttributeKey, type SearchAttributeUpdatePair } from '@temporalio/common';
import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { ATTRIBUTES } from '../domain/temporalNames.ts';
import type { CaseState } from './stages.ts';

const KEYS = {
  state: defineSearchAttributeKey(ATTRIBUTES.state, 'KEYWORD'),
  outcome: defineSearchAttributeKey(ATTRIBUTES.outcome, 'KEYWORD'),
};

export class CaseDisplay {
  #state: string | undefined;
  #outcome: string | undefined;
  /** The last one of this run, shown or not. */
  #decided: string | undefined;

  constructor() {
    const { typedSearchAttributes } = workflowInfo();
    this.#state = typedSearchAttributes.get(KEYS.state);
    this.#outcome = typedSearchAttributes.get(KEYS.outcome);
  }

  get state(): string | undefined {
    return this.#state;
  }

  show(state: CaseState, lines: readonly string[]): void {
    setCurrentDetails(lines.join('\n'));
    this.#upsert(state);
  }

  /** `later`: with the next state, which follows at once; runs in an older way show it by itself. */
  decided(outcome: string, when: 'now' | 'later'): void {
    this.#decided = outcome;
    if (when === 'now') this.#upsert(this.#state);
  }

  /** Each upsert makes Temporal write its list of runs once more. */
  #upsert(state: string | undefined): void {
    const outcome = this.#decided ?? this.#outcome;
    const changed: SearchAttributeUpdatePair[] = [];
    if (outcome !== undefined && outcome !== this.#outcome) changed.push({ key: KEYS.outcome, value: outcome });
    if (state !== undefined && state !== this.#state) changed.push({ key: KEYS.state, value: state });
    [this.#state, this.#outcome] = [state, outcome];
    if (changed.length > 0) upsertSearchAttributes(changed);
  }
}
