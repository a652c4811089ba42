/** The outside of a story, as a case reaches it: by activities, timers and signals of Temporal. */
import type { CaseEnding, EndedEvent } from '../domain/caseEnding.ts';
import type { DecisionDraft } from '../domain/decision.ts';
import type { HeardEvent } from '../domain/story.ts';
import type { Said } from '../kit/climb.ts';
import type { LlmRung } from '../policy/ladderPolicy.ts';
import { askLlm } from './askLlm.ts';
import { askPerson } from './askPerson.ts';
import { acting } from './calls.ts';
import type { CaseRun } from './caseRun.ts';
import type { Outside, PersonAnswer, PersonQuestion, StoryWait } from './outside.ts';
import type { LoadedCase } from './readEvents.ts';
import type { Stage } from './stages.ts';
import { waitInCase } from './waitInCase.ts';

export class CaseOutside<Policy> implements Outside<Policy> {
  readonly about: LoadedCase<Policy>;
  readonly #run: CaseRun;

  constructor(run: CaseRun, about: LoadedCase<Policy>) {
    this.#run = run;
    this.about = about;
  }

  nowMs(): number {
    return Date.now();
  }

  stage(stage: Stage): void {
    this.#run.stage(this.#position, stage);
  }

  answerMeanwhile(draft: DecisionDraft): Promise<void> {
    const { key, steps } = this.#run;
    const answer = { ...key, position: this.#position, draft, policy: this.about.policy };
    return this.#run.during(() => steps.recordProvisional(answer));
  }

  askLlm(terms: LlmRung): Promise<Said> {
    return askLlm(this.#run, this.about, terms);
  }

  askPerson(question: PersonQuestion): Promise<PersonAnswer> {
    return askPerson(this.#run, this.about, question);
  }

  end(ending: Omit<CaseEnding, 'position'>): Promise<EndedEvent> {
    return this.#run.end({ position: this.#position, ...ending });
  }

  waitFor(wait: StoryWait): Promise<HeardEvent | null> {
    return waitInCase(this.#run, this.about, wait);
  }

  /** They were planned, with their keys, where the decision was recorded; each end says what is left. */
  async takeActions({ decision, planned, failed = [] }: EndedEvent): Promise<void> {
    const run = this.#run;
    if (failed.length > 0) run.failed();
    for (let [action, ...rest] = planned; action !== undefined; [action, ...rest] = rest) {
      this.stage({ state: 'acting', waitingFor: `${action} to be taken` });
      const summary = `${action} as ${decision?.outcome} was decided`;
      const call = { ...run.address, eventPosition: this.#position, action };
      run.places.beginAct(this.#position, Date.now());
      const acted = await run
        .during(() => acting.act.executeWithOptions({ summary }, [call]))
        .finally(() => run.places.endAct(this.#position));
      if (acted.state === 'dead') run.failed();
      // histories that were recorded before 0.2 do not say it
      rest = acted.planned ?? rest;
    }
  }

  get #position(): number {
    return this.about.event.position;
  }
}
