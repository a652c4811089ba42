import { Context } from '@temporalio/activity';
import type { Reason } from '../domain/decision.ts';
import type { JsonObject } from '../domain/event.ts';
import { shownText, strangersTexts } from '../domain/exposure.ts';
import type { Flow } from '../domain/flow.ts';
import type { LoadedEvent } from '../domain/loadedEvent.ts';
import type { LlmCall, LlmSaid } from '../llm/callLlm.ts';
import { conversation } from '../llm/conversation.ts';
import { type LlmQuestion, llmQuestion, type Questioner } from '../llm/llmQuestion.ts';
import { CALLS_MAX, readTurns, turnKey } from '../llm/transcript.ts';
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
type ChatMessage = LlmCall['messages'][number];

export interface AskDeps {
  readonly pool: Pool;
  readonly flows: readonly Flow[];
  /** Null: no LLM is configured. */
  readonly callLlm: CallLlm | null;
}

const HEARTBEAT_MS = 3000;
const TOOL_CHARS_MAX = 64;

interface Briefing extends Omit<LlmQuestion, 'messages'> {
  readonly loaded: LoadedEvent;
  readonly flow: Flow;
  readonly terms: LlmRung;
  readonly messages: readonly ChatMessage[];
  readonly lookedUpChars: number;
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
    const question = asked({ flow, policy, terms }, loaded);
    if (typeof question === 'string') return question;
    const turns = await readTurns(pool, asking, turn);
    const lookedUpChars = Math.max(0, ...turns.flat().map(({ strangersChars }) => strangersChars));
    return { ...question, loaded, flow, terms, lookedUpChars, messages: [...question.messages, ...conversation(turns)] };
  }

  async function ask(asking: Asking, briefing: Briefing, call: CallLlm): Promise<AskedLlm> {
    const { loaded, flow, terms, messages, answer, prompt, lookedUpChars } = briefing;
    const { tenant, eventPosition, turn } = asking;
    const said = await call({
      ...{ tenant, flow: flow.name, eventPosition, subject: loaded.event.subject, terms, messages },
      step: `turn ${turn}`,
      promptVersion: prompt,
      answer,
      tools: turn < (terms.lookUps?.turnsMax ?? 0) ? toolsOf(flow, terms) : [],
      signal: Context.current().cancellationSignal,
    });
    await writeCaseLog(pool, asking, (log) => log.record([recordOf(asking, { said, subject: loaded.event.subject })]));
    const costUsd = said.call?.costUsd ?? 0;
    if (said.kind === 'abstained') return { said: 'nothing', why: said.why, costUsd };
    if (said.kind === 'tools')
      return { said: 'look-ups', tools: said.calls.slice(0, CALLS_MAX).map(({ name }) => shownText(name, TOOL_CHARS_MAX)), costUsd };
    const value = said.value as LlmAnswer;
    const { data } = loaded.event;
    const strangersChars = Math.max(0, ...strangersTexts(flow, loaded.event).map(({ length }) => length));
    const abstains = abstention(value, { terms, tight: said.call.tight, data, strangersChars, lookedUpChars });
    const reasons = value.reasons.map(({ fact, text }): Reason => ({ code: fact, text: shownText(text) }));
    const { outcome, confidence } = value;
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
function asked(questioner: Questioner, loaded: LoadedEvent): LlmQuestion | string {
  try {
    return llmQuestion(questioner, loaded);
  } catch (error) {
    if (error instanceof RangeError) return shownText(error.message);
    throw error;
  }
}

function toolsOf({ briefing }: Flow, { lookUps }: LlmRung) {
  return (lookUps?.tools ?? []).flatMap((name) => {
    const description = briefing?.lookUps[name]?.description ?? LOOK_UPS[name];
    return description === undefined ? [] : [{ name, description, parameters: NO_PARAMETERS }];
  });
}

/** What is looked at follows from the event: a model's text chooses no key, no subject and no range. */
const NO_PARAMETERS = { type: 'object', properties: {}, required: [], additionalProperties: false };

interface Judging {
  readonly terms: LlmRung;
  readonly tight: boolean;
  readonly data: JsonObject;
  /** Of the longest text in the question that a stranger wrote. */
  readonly strangersChars: number;
  /** Of all that strangers wrote in what was looked up: there one text may stand in parts, over many events. */
  readonly lookedUpChars: number;
}

/** Why an answer is a proposal only; null where it decides. */
export function abstention({ outcome, confidence }: LlmAnswer, judging: Judging): string | null {
  const { terms, tight, data, strangersChars, lookedUpChars } = judging;
  if (strangersChars > terms.strangersCharsMax) return `a text of ${strangersChars} characters in the event may be talking to it`;
  if (lookedUpChars > terms.strangersCharsMax) return `texts of ${lookedUpChars} characters in what it looked up may be talking to it`;
  if (!terms.outcomes.includes(outcome)) return `it may not decide ${outcome} alone`;
  const wanted = tight ? Math.max(terms.decideFrom, terms.budget.tight.decideFrom) : terms.decideFrom;
  if (confidence < wanted) return `its confidence of ${confidence} is below ${wanted}${tight ? ', as the budget is nearly spent' : ''}`;
  for (const { outcome: limited, field, max } of terms.limits) {
    const value = data[field];
    if (limited === outcome && !(typeof value === 'number' && value <= max))
      return `it may not decide ${outcome} alone where ${field} is above ${max}`;
  }
  return null;
}

function recordOf(asking: Asking, { said, subject }: { said: LlmSaid; subject: string }): CaseRecord {
  const { call } = said;
  const spent = call === null ? {} : { call };
  const base = { kind: 'llm' as const, eventPosition: asking.eventPosition, subject, key: turnKey(asking, asking.turn) };
  if (said.kind === 'abstained') return { ...base, title: `The LLM was passed over: ${said.why}`, detail: { ...spent, code: said.code } };
  if (said.kind === 'tools') {
    const calls = said.calls.slice(0, CALLS_MAX).map(({ id, name }) => ({ id, name }));
    return { ...base, title: `The LLM wants to look up ${calls.map(({ name }) => name).join(', ')}`, detail: { ...spent, calls } };
  }
  const answer = said.value as LlmAnswer;
  return { ...base, title: `The LLM answered ${answer.outcome} with confidence ${answer.confidence}`, detail: { ...spent, answer } };
}
