/** Tells a story in memory: an LLM and a person answer by a script, actions are taken by being written down, and time is a number. */
import type { CaseEnding, EndedEvent } from '../../src/domain/caseEnding.ts';
import type { Decision, DecisionDraft, RungFinding } from '../../src/domain/decision.ts';
import type { JsonObject } from '../../src/domain/event.ts';
import { eventId } from '../../src/domain/ids.ts';
import type { HeardEvent } from '../../src/domain/story.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import type { Said } from '../../src/kit/climb.ts';
import type { FoldedEvent } from '../../src/kit/foldAll.ts';
import { askedAction, followingActions } from '../../src/policy/followingActions.ts';
import type { LlmRung } from '../../src/policy/ladderPolicy.ts';
import type { Outside, PersonAnswer, PersonQuestion, StoryWait } from '../../src/workflows/outside.ts';
import type { LoadedCase } from '../../src/workflows/readEvents.ts';
import type { Stage } from '../../src/workflows/stages.ts';
import { type Story, tellStory } from '../../src/workflows/storyRun.ts';

export interface Script {
  /** Its answer, as its rung makes it; absent: no LLM is configured. */
  readonly llm?: Said;
  /** A person's verdict, so long after the question; absent: nobody answers. */
  /** Events of the subject that come to the case later. */
  readonly events?: readonly {
    readonly afterSeconds: number;
    readonly type: string;
    readonly data?: JsonObject;
    /** What its reflex said. */
    readonly decision?: Decision;
  }[];
  readonly person?: { readonly afterSeconds: number; readonly verdict: 'approve' | 'reject'; readonly changes?: JsonObject };
}

const SPOKEN_BY = 'ann';

/** The outside of a story, in memory. What it was asked, told and made to do can be read from it. */
export class MemoryOutside<Policy> implements Outside<Policy> {
  readonly about: LoadedCase<Policy>;
  readonly endings: Omit<CaseEnding, 'position'>[] = [];
  readonly taken: string[] = [];
  readonly meanwhile: DecisionDraft[] = [];
  readonly stages: Stage[] = [];
  readonly questions: PersonQuestion[] = [];
  readonly #script: Script;
  #nowMs: number;
  #decided: Decision | null;

  constructor(about: LoadedCase<Policy>, script: Script) {
    this.about = { ...about, llm: script.llm !== undefined };
    this.#script = script;
    this.#decided = about.final;
    this.#nowMs = about.event.acceptedAtMs;
  }

  /** How it ended. */
  get decision(): DecisionDraft | undefined {
    return this.endings.find(({ decision }) => decision !== undefined)?.decision?.draft;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  stage(stage: Stage): void {
    this.stages.push(stage);
  }

  async answerMeanwhile(draft: DecisionDraft): Promise<void> {
    this.meanwhile.push(draft);
  }

  async askLlm(_terms: LlmRung): Promise<Said> {
    if (this.#script.llm === undefined) throw new TypeError('Cannot ask an LLM as the script has none');
    return this.#script.llm;
  }

  async askPerson(asked: PersonQuestion): Promise<PersonAnswer> {
    this.questions.push(asked);
    const { deadlineSeconds, default: byDefault } = asked.terms;
    const { afterSeconds = Number.POSITIVE_INFINITY, verdict = 'reject', changes } = this.#script.person ?? {};
    const answers = afterSeconds < deadlineSeconds;
    const waitedMs = Math.min(afterSeconds, deadlineSeconds) * 1000;
    this.#nowMs += waitedMs;
    const at = new Date(this.#nowMs).toISOString();
    const given: Verdict = answers
      ? { verdict, actor: SPOKEN_BY, reason: 'as the script says', at, via: 'http', ...(changes === undefined ? {} : { changes }) }
      : { verdict: 'reject', actor: 'default', reason: 'nobody answered', at, via: 'default' };
    return { verdict: given, proposed: asked.proposed, byDefault, waitedMs };
  }

  async waitFor({ types, fits, untilMs }: StoryWait): Promise<HeardEvent | null> {
    const { event: own } = this.about;
    const came = (this.#script.events ?? [])
      .map(({ afterSeconds, type, data = {}, decision = null }, nth): HeardEvent => {
        const position = own.position + 1 + nth;
        const acceptedAtMs = own.acceptedAtMs + afterSeconds * 1000;
        return { eventId: `evt_memory.${position}`, event: { ...own, position, type, data, timeMs: acceptedAtMs, acceptedAtMs }, decision };
      })
      .find((one) => types.includes(one.event.type) && one.event.acceptedAtMs <= untilMs && fits(one));
    this.#nowMs = Math.max(this.#nowMs, came?.event.acceptedAtMs ?? untilMs);
    return came ?? null;
  }

  async end(ending: Omit<CaseEnding, 'position'>): Promise<EndedEvent> {
    this.endings.push(ending);
    const { position } = this.about.event;
    const draft = ending.decision?.draft;
    if (draft !== undefined) this.#decided = decided(draft, this.about);
    const by = this.about.final === null ? 'case' : 'reflex';
    const outcome = this.#decided?.outcome ?? '';
    const asked = ending.asks === undefined ? null : askedAction(this.about.content, { outcome, by, name: ending.asks });
    if (ending.asks !== undefined && asked === null)
      throw new Error(`the policy has no action ${ending.asks} to be asked for after ${outcome}`);
    const follows = draft === undefined ? [] : followingActions(this.about.content, outcome, by).map(({ name }) => name);
    const planned = [...(draft === undefined ? this.about.planned : follows), ...(asked === null ? [] : [asked.name])];
    return { position, decision: this.#decided, planned: planned.filter((name) => !this.taken.includes(name)) };
  }

  async takeActions({ planned }: EndedEvent): Promise<void> {
    this.taken.push(...planned);
  }
}

export async function tellInMemory<Policy>(
  story: Story<Policy>,
  about: LoadedCase<Policy>,
  script: Script = {},
): Promise<MemoryOutside<Policy>> {
  const outside = new MemoryOutside(about, script);
  await tellStory(outside, story);
  return outside;
}

/** An event as its case loads it, after it was folded. */
export function aboutFolded<Policy>({ event, decision, found, ending }: FoldedEvent, content: Policy): LoadedCase<Policy> {
  const handed = JSON.parse(found ?? '{}') as { found?: JsonObject; rungs?: RungFinding[] };
  const known = { eventId: eventId({ tenant: 'default', log: 'memory', position: event.position }), event, ending, expired: false };
  const policy = 'memory@000000000000';
  const provisional = decision === null ? null : decided(decision, { eventId: known.eventId, policy });
  return {
    ...known,
    found: handed.found ?? {},
    rungs: handed.rungs ?? [],
    provisional,
    final: null,
    planned: [],
    policy,
    content,
    llm: false,
  };
}

function decided({ rungs: _rungs, ...draft }: DecisionDraft, { eventId: id, policy }: { eventId: string; policy: string }): Decision {
  return { ...draft, id: id.replace('evt', 'dec'), revises: null, policy, at: '2026-03-01T00:00:00.000Z' };
}
