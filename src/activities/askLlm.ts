import { Context } from '@temporalio/activity';
import type { Reason } from '../domain/decision.ts';
import { shownText } from '../domain/exposure.ts';
import type { Flow } from '../domain/flow.ts';
import type { LoadedEvent } from '../domain/loadedEvent.ts';
import { adviceOnly } from '../llm/adviceOnly.ts';
import type { LlmCall, LlmSaid } from '../llm/llmCall.ts';
import { type LlmQuestion, llmQuestion, type Questioner } from '../llm/llmQuestion.ts';
import { CALLS_MAX, type LookedUp, readFound, turnKey } from '../llm/lookedUp.ts';
import { readBudget } from '../llm/record/budget.ts';
import { type CaseRecord, writeCaseLog } from '../log/caseLog.ts';
import type { Pool } from '../log/db/database.ts';
import { loadEvents } from '../log/loadEvents.ts';
import { Policies } from '../log/policies.ts';
import type { LadderPolicy, LlmRung } from '../policy/ladderPolicy.ts';
import type { LlmAnswer } from '../policy/prompt.ts';
import { failure } from './asFailure.ts';
import { LOOK_UPS } from './lookUp.ts';

export interface Asking {
  readonly tenant: string;
  readonly flow: string;
  readonly caseId: string;
  readonly eventPosition: number;
  /** Counts the questions about the event, from 0: a later one follows what was looked up. */
  readonly turn: number;
  /** The version that the case works with. Absent in histories from before it was said here: the one that an event loaded now has. */
  readonly policy?: string;
}

export type AskedLlm =
  | {
      readonly said: 'answer';
      readonly outcome: string;
      readonly confidence: number;
      /** By the ids of the facts that they cite. */
      readonly reasons: Reason[];
      /** Why it may not decide by itself; null where it may. */
      readonly abstains: string | null;
      readonly model: string;
      readonly prompt: string;
      readonly costUsd: number;
    }
  | { readonly said: 'look-ups'; readonly tools: string[]; readonly costUsd: number }
  | { readonly said: 'nothing'; readonly why: string; readonly costUsd: number };

type CallLlm = (call: LlmCall) => Promise<LlmSaid>;

export interface AskDeps {
  readonly pool: Pool;
  readonly flows: readonly Flow[];
  /** Null: no LLM is configured. */
  readonly callLlm: CallLlm | null;
}

const HEARTBEAT_MS = 3000;
const TOOL_CHARS_MAX = 64;

interface Briefing extends LlmQuestion {
  readonly loaded: LoadedEvent;
  readonly flow: Flow;
  readonly terms: LlmRung;
  readonly lookedUp: readonly LookedUp[];
}

/**
 * Asks an LLM about an event: once, and once more where the answer is off its form. What it may do with its answer is said by the
 * policy; what it asks to look up is left to the case.
 *
 * *Retries*: while the rung has time. A pause that the provider or our own limiter asks for is the next delay.
 * *Idempotency*: each request is a row before it is sent; a turn that has its answer gives that one again.
 * *Fails with*: `llm-away`, `llm-busy`, `database-away`, `policy-unfit`; `event-missing` where the log does not hold the event (not retried). What
 * trying again does not mend is no failure: it says nothing, and why.
 */
export function createAskLlm({ pool, flows, callLlm }: AskDeps) {
  const policies = new Policies();

  async function brief({ turn, ...asking }: Asking): Promise<Briefing | string> {
    const flow = flows.find(({ name }) => name === asking.flow);
    const [loaded] = await loadEvents({ pool, policies }, asking, [asking.eventPosition]);
    if (flow === undefined || loaded === undefined)
      throw failure('event-missing', `The log ${asking.flow} holds no event at ${asking.eventPosition}`);
    if (flow.briefing === undefined) return 'the flow has nothing to tell an LLM';
    const known = await policies.get(pool, asking.tenant, flow, asking.policy ?? loaded.policy);
    const policy = known.policy as LadderPolicy;
    const terms = policy.rungs.find((rung): rung is LlmRung => rung.rung === 'llm');
    if (terms === undefined) return 'the policy has no such rung';
    const found = await readFound(pool, asking, turn);
    const lookedUp = found.map((one) => ({ ...one, label: descriptionOf(flow, one.name) ?? one.name }));
    const question = questionOf({ flow, policy, terms }, loaded, lookedUp);
    return typeof question === 'string' ? question : { ...question, loaded, flow, terms, lookedUp };
  }

  /** What the policy wants to be looked up before anything is asked; nothing where the budget is nearly spent. */
  async function first({ tenant, turn }: Asking, { flow, terms: { lookUps, budget } }: Briefing): Promise<string[]> {
    if (turn > 0 || lookUps === undefined || lookUps.turnsMax !== undefined) return [];
    const { tight } = await readBudget({ pool }, { tenant, flow: flow.name }, budget);
    return tight ? [] : lookUps.tools;
  }

  async function ask(asking: Asking, briefing: Briefing, call: CallLlm): Promise<AskedLlm> {
    const { loaded, flow, terms, words, answer, shorter, prompt, strangersChars } = briefing;
    const { subject, data } = loaded.event;
    const write = (record: Pick<CaseRecord, 'title' | 'detail'>): Promise<unknown> =>
      writeCaseLog(pool, asking, (log) =>
        log.record([{ kind: 'llm', eventPosition: asking.eventPosition, subject, key: turnKey(asking, asking.turn), ...record }]),
      );
    const looked = await first(asking, briefing);
    if (looked.length > 0) {
      await write({
        title: `To be looked up for the LLM: ${looked.join(', ')}`,
        detail: { calls: looked.map((name, nth) => ({ id: `first_${nth + 1}`, name })) },
      });
      return { said: 'look-ups', tools: looked, costUsd: 0 };
    }
    const said = await call({
      ...{ tenant: asking.tenant, flow: flow.name, eventPosition: asking.eventPosition, subject, terms, words, answer, shorter },
      ...{ step: `turn ${asking.turn}`, promptVersion: prompt, tools: offered(asking, briefing) },
      ...{ untilMs: untilMs(), value: stakeOf(terms, data), signal: Context.current().cancellationSignal },
    });
    await write(recordOf(said));
    const costUsd = said.call?.costUsd ?? 0;
    if (said.kind === 'abstained') return { said: 'nothing', why: said.why, costUsd };
    if (said.kind === 'tools')
      return { said: 'look-ups', tools: said.calls.slice(0, CALLS_MAX).map(({ name }) => shownText(name, TOOL_CHARS_MAX)), costUsd };
    const value = said.value as LlmAnswer;
    const { outcome, confidence } = value;
    const abstains = adviceOnly(value, { terms, tight: said.call.tight, data, strangersChars });
    const reasons = value.reasons.map(({ fact, text }): Reason => ({ code: fact, text: shownText(text) }));
    return { said: 'answer', outcome, confidence, reasons, abstains, model: said.call.model, prompt, costUsd };
  }

  return async (asking: Asking): Promise<AskedLlm> => {
    if (callLlm === null) return { said: 'nothing', why: 'no LLM is configured', costUsd: 0 };
    const beat = setInterval(() => Context.current().heartbeat(), HEARTBEAT_MS);
    try {
      const briefing = await brief(asking);
      if (typeof briefing === 'string') return { said: 'nothing', why: briefing, costUsd: 0 };
      return await ask(asking, briefing, callLlm);
    } finally {
      clearInterval(beat);
    }
  };
}

/** What policy and code cannot say together they cannot say a minute later: the text says why. */
function questionOf(questioner: Questioner, loaded: LoadedEvent, lookedUp: readonly LookedUp[]): LlmQuestion | string {
  try {
    return llmQuestion(questioner, loaded, lookedUp);
  } catch (error) {
    if (error instanceof RangeError) return shownText(error.message);
    throw error;
  }
}

/** When the rung's time is over: the workflow gives it with the activity. */
function untilMs(): number {
  const { scheduledTimestampMs, scheduleToCloseTimeoutMs } = Context.current().info;
  return scheduledTimestampMs + scheduleToCloseTimeoutMs;
}

function stakeOf({ value }: LlmRung, data: LoadedEvent['event']['data']): number {
  const given = value === undefined ? undefined : data[value];
  return typeof given === 'number' ? given : 0;
}

const descriptionOf = ({ briefing }: Flow, name: string): string | undefined => briefing?.lookUps[name]?.description ?? LOOK_UPS[name];

/** What is looked at follows from the event: a model's text chooses no key, no subject and no range. */
const NO_PARAMETERS = { type: 'object', properties: {}, required: [], additionalProperties: false };

/** Tools for what is not among the facts yet: looked at again, it would be the same. */
function offered({ turn }: Asking, { flow, terms: { lookUps }, lookedUp }: Briefing): LlmCall['tools'] {
  if (turn >= (lookUps?.turnsMax ?? 0)) return [];
  return (lookUps?.tools ?? []).flatMap((name) => {
    const description = descriptionOf(flow, name);
    if (description === undefined || lookedUp.some((one) => one.name === name)) return [];
    return [{ name, description, parameters: NO_PARAMETERS }];
  });
}

function recordOf(said: LlmSaid): Pick<CaseRecord, 'title' | 'detail'> {
  const spent = said.call === null ? {} : { call: said.call };
  if (said.kind === 'abstained') return { title: `The LLM was passed over: ${said.why}`, detail: { ...spent, code: said.code } };
  if (said.kind === 'tools') {
    const calls = said.calls.slice(0, CALLS_MAX).map(({ id, name }) => ({ id, name }));
    const names = calls.map(({ name }) => name).join(', ');
    const title = said.call === null ? `To be looked up, as the server takes no tools: ${names}` : `The LLM wants to look up ${names}`;
    return { title, detail: { ...spent, calls } };
  }
  const answer = said.value as LlmAnswer;
  const leftOut = said.cut === 0 ? '' : `; ${said.cut} of what was looked up did not fit and was left out`;
  return { title: `The LLM answered ${answer.outcome} with confidence ${answer.confidence}${leftOut}`, detail: { ...spent, answer } };
}
