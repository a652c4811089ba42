/**
 * The LLM as a rung: asked within its deadline, over several turns where it wants to look something up, and passed over whenever it
 * does not answer as it must. Each turn and each look-up is an activity; what was asked, answered and paid is in rows.
 */
import { ActivityFailure, isCancellation } from '@temporalio/workflow';
import type { AskedLlm } from '../activities/askLlm.ts';
import type { LoadedEvent } from '../domain/loadedEvent.ts';
import type { Said } from '../kit/climb.ts';
import type { LlmRung } from '../policy/ladderPolicy.ts';
import { asking, shown } from './calls.ts';
import type { CaseRun } from './caseRun.ts';

/** An activity that asks once and, where the answer is off its form, once more. */
const SPARE_SECONDS = 10;

type Answered = Extract<AskedLlm, { said: 'answer' }>;
type Silent = Extract<AskedLlm, { said: 'nothing' }>;

/** What an LLM says of an event, in the time that its rung has. */
export async function askLlm(run: CaseRun, about: LoadedEvent, terms: LlmRung): Promise<Said> {
  const startedMs = Date.now();
  const { last, costUsd, missing } = await investigate(run, about, terms);
  const spent = {
    ms: Date.now() - startedMs,
    costUsd,
    ...(missing === undefined ? {} : { note: { code: 'look-up-failed', text: missing } }),
  };
  if (last.said === 'nothing') return { outcome: null, confidence: null, ...spent, abstains: last.why };
  const { outcome, confidence, reasons, abstains, model, prompt } = last;
  const said = { outcome, confidence, reasons, ...spent, result: { llm: { model, prompt } } };
  return abstains === null ? said : { ...said, abstains };
}

interface Investigated {
  readonly last: Answered | Silent;
  readonly costUsd: number;
  /** Why something could not be looked up: it answered without. */
  readonly missing?: string;
}

/** Turn after turn until it answers. The turns are bounded by the policy: in the last one nothing is offered to look up. */
async function investigate(run: CaseRun, about: LoadedEvent, terms: LlmRung): Promise<Investigated> {
  const { position } = about.event;
  const untilMs = Math.min(Date.now() + terms.deadlineSeconds * 1000, about.expiresAtMs ?? Number.POSITIVE_INFINITY);
  const deadline = new Date(untilMs).toISOString();
  let costUsd = 0;
  let missing: string | undefined;
  for (let turn = 0; ; turn += 1) {
    run.stage(position, { state: 'asking-llm', waitingFor: 'the answer of an LLM', deadline });
    const said = await askUntil(run, { position, policy: about.policy, terms, turn, untilMs });
    costUsd += said.costUsd;
    if (said.said !== 'look-ups') return { last: said, costUsd, ...(missing === undefined ? {} : { missing }) };
    const failed = await lookUpAll(run, { position, turn, untilMs }, said.tools);
    // runs that began before this end the rung with it
    if (failed !== undefined && !run.parks) return { last: silent(failed), costUsd };
    missing ??= failed;
  }
}

interface LlmTurn {
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

/** Of the time that is left: one that fails all the time leaves enough of it to answer without. */
const LOOK_UP_SHARE = 1 / 3;

/** A look-up that failed all the time would hold the event past every deadline. Gives why one of them is missing. */
async function lookUpAll(
  run: CaseRun,
  { position, turn, untilMs }: Pick<LlmTurn, 'position' | 'turn' | 'untilMs'>,
  tools: readonly string[],
): Promise<string | undefined> {
  // called even when the time is over, as histories from before this limit have it
  const leftMs = Math.max(1, Math.ceil((untilMs - Date.now()) * (run.parks ? LOOK_UP_SHARE : 1)));
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

async function askUntil(run: CaseRun, { position, policy, terms, turn, untilMs }: LlmTurn): Promise<AskedLlm> {
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
