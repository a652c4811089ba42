/** Climbs the rungs that a policy puts above its model, for one event. Whoever waits for it has an answer meanwhile. */
import type { DecisionDraft, Reason, Rung } from '../domain/decision.ts';
import { adviceOf, beginClimb, type Climb, decisionOf, next, RULE_ASKS, type Said } from '../kit/climb.ts';
import type { LadderPolicy, LlmRung } from '../policy/ladderPolicy.ts';
import type { Outside, PersonAnswer, Proposal } from './outside.ts';
import type { AskingPolicy } from './storyRun.ts';

/** A doubtful event, as a flow asks about it. */
export interface Question {
  readonly question: string;
  /** What the event's data is called among the evidence. */
  readonly dataAs: string;
  /** What an approval does, with a result that it may change within the policy's `changes`. */
  readonly proposed: Proposal;
  /** The outcome of a rejection. */
  readonly rejected: string;
  /**
   * No person need be asked, for these reasons: where no rung below one decides, what is proposed is done. It does not count where a rule
   * asks for a person.
   */
  readonly freely?: readonly Reason[];
}

type Asking = Outside<AskingPolicy>;

export async function askLadder(outside: Asking, question: Question): Promise<DecisionDraft> {
  const { about } = outside;
  outside.stage({ state: 'deciding' });
  if (about.provisional === null) await outside.answerMeanwhile(meanwhile(about.content.approvals.default, about.rungs));
  return climb(startOf(about, question), (rung, climbed) => askRung(outside, question, { rung, climbed }));
}

/** Rung after rung until one decides; the default, which is the last, always does. */
async function climb(start: Climb, ask: (rung: Rung, climbed: Climb) => Promise<Said>): Promise<DecisionDraft> {
  let climbed = start;
  for (;;) {
    const [rung] = climbed.left;
    if (rung === undefined) throw new RangeError('Cannot decide as none of the rungs did');
    climbed = next(climbed, await ask(rung, climbed));
    const decision = decisionOf(climbed);
    if (decision !== null) return decision;
  }
}

/** A history from before 0.2 knows a person alone. */
function startOf({ content, provisional, rungs: findings }: Asking['about'], { freely }: Question): Climb {
  const listed: LadderPolicy['rungs'] | undefined = content.rungs;
  const above = (listed ?? [{ rung: 'human' }]).map(({ rung }) => rung).filter((rung) => rung === 'llm' || rung === 'human');
  const { reasons = [], score = null, result = {} } = provisional ?? {};
  const held = provisional?.rung === 'rules';
  const left: Rung[] = freely === undefined || held ? [...above, 'default'] : [...above.filter((rung) => rung !== 'human'), 'rules'];
  return beginClimb(left, { findings, reasons, score, result }, held);
}

async function askRung(outside: Asking, question: Question, { rung, climbed }: { rung: Rung; climbed: Climb }): Promise<Said> {
  const { rungs, approvals } = outside.about.content;
  if (rung === 'llm') return askAdviser(outside, question, { terms: rungs.find((one) => one.rung === 'llm') as LlmRung, climbed });
  if (rung === 'rules') return freelyDone(question, climbed);
  if (rung === 'default') return { outcome: approvals.default, confidence: 1, reasons: [NO_RUNG] };
  const { question: text, dataAs, proposed, rejected } = question;
  const answer = await outside.askPerson({ question: text, dataAs, proposed, rejected, advice: adviceOf(climbed), terms: approvals });
  return verdictSays(answer, question);
}

/**
 * Never asked where an earlier run has asked a person: it was passed over then, perhaps because it was away, and its answer of now would
 * stand against a verdict that was given meanwhile.
 */
async function askAdviser(outside: Asking, { proposed }: Question, { terms, climbed }: { terms: LlmRung; climbed: Climb }): Promise<Said> {
  const { about } = outside;
  if (climbed.held && terms.afterRules === 'skip') return passed(RULE_ASKS);
  if (about.asked === true) return passed('a person was asked about it before');
  if (!about.llm) return { ...passed('no LLM is configured'), note: NOT_CONFIGURED };
  const said = await outside.askLlm(terms);
  return { ...said, result: { ...proposed.result, ...said.result } };
}

/** What those said who only advise stands with it. */
function freelyDone({ proposed, freely = [] }: Question, { said }: Climb): Said {
  const advice = said.flatMap(({ reasons = [] }) => reasons);
  return { outcome: proposed.outcome, confidence: 1, reasons: [...freely, ...advice], result: proposed.result };
}

function verdictSays({ verdict, proposed, byDefault, waitedMs }: PersonAnswer, { rejected }: Question): Said {
  const { actor, reason, via, changes } = verdict;
  const approved = verdict.verdict === 'approve';
  const result = { ...proposed.result, ...(approved ? changes : {}) };
  if (via === 'default')
    return { outcome: byDefault, confidence: 1, ms: waitedMs, reasons: [{ code: 'no-verdict', text: reason }], result, inPlace: 'default' };
  const said: Reason = { code: 'verdict', text: `${approved ? 'Approved' : 'Rejected'} by ${actor}: ${reason}` };
  return { outcome: approved ? proposed.outcome : rejected, confidence: 1, ms: waitedMs, reasons: [said], result };
}

const passed = (why: string): Said => ({ outcome: null, confidence: null, abstains: why });
const NO_RUNG: Reason = { code: 'no-rung', text: 'No rung of the policy decided: the default holds' };
const NOT_CONFIGURED: Reason = { code: 'llm-not-configured', text: 'No LLM is configured: its rung was skipped' };

function meanwhile(outcome: string, rungs: DecisionDraft['rungs']): DecisionDraft {
  const reasons = [{ code: 'meanwhile', text: 'Nothing has decided yet: this holds until something does' }];
  return { outcome, confidence: 0, score: null, rung: 'default', reasons, result: {}, provisional: true, rungs };
}
