/**
 * The LLM as a rung: asked within its deadline, over several turns where it wants to look something up, and passed over whenever it
 * does not answer as it must. Each turn and each look-up is an activity; what was asked, answered and paid is in rows.
 */
import { ActivityFailure, isCancellation } from '@temporalio/workflow';
import type { AskedLlm } from '../activities/askLlm.ts';
import type { DecisionDraft } from '../domain/decision.ts';
import type { LoadedEvent } from '../domain/loadedEvent.ts';
import type { LlmRung } from '../policy/ladderPolicy.ts';
import { asking, shown } from './calls.ts';
import type { CaseRun } from './caseRun.ts';
import { type Climbed, type LadderRung, passed } from './ladder.ts';

/** An activity that asks once and, where the answer is off its form, once more. */
const SPARE_SECONDS = 10;

type Answered = Extract<AskedLlm, { said: 'answer' }>;
type Silent = Extract<AskedLlm, { said: 'nothing' }>;

export interface LlmQuestion {
  readonly about: LoadedEvent;
  readonly terms: LlmRung;
  /** Whether the worker that loaded the event has an LLM. */
  readonly configured: boolean;
  /** Why it may only advise, whatever it answers; null where it may decide. */
  readonly advises: string | null;
  /** What the answer becomes, where it is sure enough. */
  decisionFrom(answer: Answered): Omit<DecisionDraft, 'rungs' | 'provisional'>;
}

/**
 * Never asked where an earlier run has asked a person: it was passed over then, perhaps because it was away, and its answer of now would
 * stand against a verdict that was given meanwhile.
 */
export function llmRung(run: CaseRun, question: LlmQuestion): LadderRung {
  if (question.about.asked === true) return passed('llm', 'a person was asked about it before');
  return { rung: 'llm', ask: () => (question.configured ? climbLlm(run, question) : Promise.resolve(NOT_CONFIGURED)) };
}

const NOT_CONFIGURED: Climbed = {
  finding: { rung: 'llm', outcome: null, confidence: null, ms: 0, abstained: 'no LLM is configured' },
  note: { code: 'llm-not-configured', text: 'No LLM is configured: its rung was skipped' },
};

async function climbLlm(run: CaseRun, question: LlmQuestion): Promise<Climbed> {
  const startedMs = Date.now();
  const { last, costUsd } = await investigate(run, question);
  const spent = { ms: Date.now() - startedMs, costUsd };
  if (last.said === 'nothing') return { finding: { rung: 'llm', outcome: null, confidence: null, ...spent, abstained: last.why } };
  const { outcome, confidence, reasons } = last;
  const abstains = question.advises ?? last.abstains;
  const finding = { rung: 'llm' as const, outcome, confidence, ...spent };
  if (abstains === null) return { finding, decision: question.decisionFrom(last) };
  const advice = { llm: { outcome, confidence, reasons: reasons.map((reason) => ({ ...reason })), abstained: abstains } };
  return { finding: { ...finding, abstained: abstains }, advice };
}

/** Turn after turn until it answers. The turns are bounded by the policy: in the last one nothing is offered to look up. */
async function investigate(run: CaseRun, { about, terms }: LlmQuestion): Promise<{ last: Answered | Silent; costUsd: number }> {
  const { position } = about.event;
  const untilMs = Math.min(Date.now() + terms.deadlineSeconds * 1000, about.expiresAtMs ?? Number.POSITIVE_INFINITY);
  const deadline = new Date(untilMs).toISOString();
  let costUsd = 0;
  for (let turn = 0; ; turn += 1) {
    run.stage(position, { state: 'asking-llm', waitingFor: 'the answer of an LLM', deadline });
    const said = await askUntil(run, { position, policy: about.policy, terms, turn, untilMs });
    costUsd += said.costUsd;
    if (said.said !== 'look-ups') return { last: said, costUsd };
    const missing = await lookUpAll(run, { position, turn, untilMs }, said.tools);
    if (missing !== undefined) return { last: silent(missing), costUsd };
  }
}

interface Turn {
  readonly position: number;
  readonly policy: string;
  readonly terms: LlmRung;
  readonly turn: number;
  readonly untilMs: number;
}

/** Whatever goes wrong for good, or for too long, is silence: the next rung goes on. */
const silent = (why: string): Silent => ({ said: 'nothing', why, costUsd: 0 });

/** Why an activity of the rung gave nothing; what is none of the rung's business is thrown on. */
function whyNothing(error: unknown, untilMs: number): string {
  if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
  return Date.now() >= untilMs ? 'its deadline passed' : (error.cause?.message ?? error.message);
}

/** A look-up that failed all the time would hold the event past every deadline. Gives why one of them is missing. */
async function lookUpAll(
  run: CaseRun,
  { position, turn, untilMs }: Pick<Turn, 'position' | 'turn' | 'untilMs'>,
  tools: readonly string[],
): Promise<string | undefined> {
  // called even when the time is over, as histories from before this limit have it
  const leftMs = Math.max(1, untilMs - Date.now());
  const lookUp = async (tool: string, nth: number): Promise<string | undefined> => {
    const options = { summary: `look up ${tool}`, scheduleToCloseTimeout: leftMs };
    const looking = { ...run.address, eventPosition: position, turn, nth, tool };
    try {
      await run.during(() => shown.lookUp.executeWithOptions(options, [looking]));
      return undefined;
    } catch (error) {
      return `${tool} could not be looked up: ${whyNothing(error, untilMs)}`;
    }
  };
  return (await Promise.all(tools.map(lookUp))).find((missing) => missing !== undefined);
}

async function askUntil(run: CaseRun, { position, policy, terms, turn, untilMs }: Turn): Promise<AskedLlm> {
  const leftMs = untilMs - Date.now();
  if (leftMs <= 0) return silent('its deadline passed');
  const options = {
    summary: turn === 0 ? 'ask the LLM' : `ask the LLM, turn ${turn + 1}`,
    scheduleToCloseTimeout: leftMs,
    startToCloseTimeout: (2 * terms.callSeconds + SPARE_SECONDS) * 1000,
  };
  try {
    return await run.during(() => asking.askLlm.executeWithOptions(options, [{ ...run.address, eventPosition: position, turn, policy }]));
  } catch (error) {
    return silent(whyNothing(error, untilMs));
  }
}
