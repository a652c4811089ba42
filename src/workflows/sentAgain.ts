/** Actions that somebody has sent again while their story waits: they are taken beside it. Each one's row says if another has its turn. */
import type { PlannedAgain } from '../activities/takeEvents.ts';
import { acting } from './calls.ts';
import type { CaseRun } from './caseRun.ts';

export class SentAgain {
  readonly #positions = new Set<number>();

  /** Under way. */
  has(position: number): boolean {
    return this.#positions.has(position);
  }

  /** Events that were sent again while their stories wait: actions of theirs may have been. A run of an older way asks for none. */
  askedOf({ parks, inbox, places }: CaseRun): number[] {
    return parks ? inbox.repeated.filter((position) => places.resting.has(position) || inbox.parked.has(position)) : [];
  }

  /** Those whose stories still wait: one that goes on takes its actions itself. */
  fresh({ inbox, places }: CaseRun, planned: readonly PlannedAgain[]): PlannedAgain[] {
    return planned.filter(({ position }) => !this.has(position) && (places.resting.has(position) || inbox.parked.has(position)));
  }

  async take(run: CaseRun, { position, actions }: PlannedAgain): Promise<void> {
    this.#positions.add(position);
    for (let [action, ...rest] = actions; action !== undefined; [action, ...rest] = rest) {
      const call = { ...run.address, eventPosition: position, action };
      const acted = await run.during(() => acting.act.executeWithOptions({ summary: `${action}, sent again` }, [call]));
      if (acted.state === 'dead') run.failed();
      rest = acted.planned ?? rest;
    }
    this.#positions.delete(position);
  }
}
