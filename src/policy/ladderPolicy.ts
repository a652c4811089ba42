/**
 * What the policies of all flows have in common: rungs, prompts, approvals, actions. A flow puts these parts beside its own bands and
 * rules, so that a rung, a deadline or a budget is data in one place and means the same in every flow.
 */
import { z } from 'zod';
import { type ApprovalsPolicy, approvals } from './approvalsPolicy.ts';
import { driftPolicy } from './driftPolicy.ts';
import { DAY_SECONDS, DAYS_MAX, field, HUMAN_NAME_CHARS_MAX, name, seconds } from './policyWords.ts';

const PROMPT_CHARS_MAX = 20_000;

const share = z.number().min(0).max(1);
const usd = z.number().min(0).max(1e6);

/** A number of the event's data, in its own unit, above which a person must say yes. */
const limit = z.strictObject({ field, max: z.number().min(0).max(1e12) });
export type FieldLimit = z.infer<typeof limit>;

/** Up to `fromShare` of the budget all is as the rung says; from there on an answer must be surer, and may cost one call. */
const budget = z.strictObject({
  windowSeconds: seconds,
  usdMax: usd,
  tokensMax: z.int().min(0).max(1e12),
  tight: z.strictObject({ fromShare: share, decideFrom: share }),
});
export type Budget = z.infer<typeof budget>;

const llmRung = (outcome: z.ZodType<string>) =>
  z.strictObject({
    rung: z.literal('llm'),
    /** SIGNALBOX_LLM_MODEL unless named. */
    model: z.string().min(1).max(HUMAN_NAME_CHARS_MAX).optional(),
    /** A name among `prompts`. */
    prompt: name,
    /** Whether it decides at all: else it advises, and `quality` says how often it was right. An operator's word, when it has a record. */
    decides: z.boolean().default(false),
    /** What its record must be before it should decide: so many judged decisions or advices, so much precision. */
    record: z.strictObject({ judgedMin: z.int().min(0).max(1e6), precisionMin: share }).default({ judgedMin: 200, precisionMin: 0.9 }),
    /** What it may decide alone; any other of the flow's outcomes is a proposal to the next rung. */
    outcomes: z.array(outcome).min(1),
    /** Less confidence than this abstains. */
    decideFrom: share,
    /** An outcome above its limit is a proposal too. */
    limits: z.array(limit.extend({ outcome })).max(20).default([]),
    /**
     * Where strangers wrote more characters than this into the question, whatever they stand in and in what was looked up too, it advises
     * only: who writes more than a code may be talking to it.
     */
    strangersCharsMax: z.int().min(0).max(10_000).default(64),
    /** Where a rule asks for a person: `advise` that person, or `skip` the rung. It never decides there. */
    afterRules: z.enum(['advise', 'skip']).default('advise'),
    /** For the rung as a whole: waits, tries, look-ups. */
    deadlineSeconds: seconds,
    /** Requests to the model at once, over all workers: SIGNALBOX_LLM_REQUESTS_AT_ONCE unless named. */
    requestsAtOnce: z.int().min(1).max(1000).optional(),
    /** The number of an event that is at stake: of those that wait for the model until about the same time, the most goes first. */
    value: field.optional(),
    /** For one request. */
    callSeconds: z.int().min(1).max(600),
    /** Requests about one event, whatever they are for and however often its case starts again. */
    callsMax: z.int().min(1).max(50),
    promptTokensMax: z.int().min(100).max(200_000),
    answerTokensMax: z.int().min(16).max(16_384),
    /** An identical question within this time is answered from the record; 0: never. */
    reuseSeconds: z
      .int()
      .min(0)
      .max(DAYS_MAX * DAY_SECONDS),
    price: z.strictObject({ inputUsdPerMillion: usd, outputUsdPerMillion: usd }),
    budget,
    /**
     * What is looked up besides the briefing, and stands among the facts; absent: nothing. `turnsMax` leaves it to the model, as tools that
     * it may call in so many turns, where its server takes tools: else all of it is looked up before it is asked.
     */
    lookUps: z.strictObject({ tools: z.array(name).min(1).max(20), turnsMax: z.int().min(1).max(10).optional() }).optional(),
  });
export type LlmRung = z.infer<ReturnType<typeof llmRung>>;

const rungs = (outcome: z.ZodType<string>) =>
  z
    .array(
      z.discriminatedUnion('rung', [
        z.strictObject({ rung: z.literal('rules') }),
        z.strictObject({ rung: z.literal('model') }),
        llmRung(outcome),
        z.strictObject({ rung: z.literal('human') }),
      ]),
    )
    .min(1)
    .superRefine((list, context) => {
      const order = ['rules', 'model', 'llm', 'human'];
      list.forEach(({ rung }, at) => {
        const before = list[at - 1];
        if (before !== undefined && order.indexOf(rung) <= order.indexOf(before.rung))
          context.addIssue({
            code: 'custom',
            path: [at, 'rung'],
            message: `must come before ${before.rung}, once: the order is ${order.join(', ')}`,
          });
      });
    });

/** `{{name}}` stands for a variable that the flow declares; `{{facts}}` for the facts, each with its id, quoted as data. */
const prompt = z.strictObject({
  system: z.string().min(1).max(PROMPT_CHARS_MAX),
  question: z
    .string()
    .min(1)
    .max(PROMPT_CHARS_MAX)
    .regex(/\{\{facts\}\}/, 'must hold {{facts}}'),
});
export type Prompt = z.infer<typeof prompt>;

/** Announces an outcome that has no action of its own and differs from what was said before: no policy may name one so. */
export const DECISION_REVISED = 'decision-revised';

const action = (outcome: z.ZodType<string>) =>
  z.strictObject({
    name,
    /** The outcome that it follows; several of one outcome are taken in the order of this list. */
    on: outcome,
    /** Whose decisions it follows: those of cases, those that the reflex makes for good, or any. */
    from: z.enum(['reflex', 'case', 'any']).default('case'),
    /** `asked`: not with the decision, but when the story of its event asks for it: a reminder, say. */
    when: z.enum(['decided', 'asked']).default('decided'),
    /** Above it, the action is taken only where a person has approved. */
    limit: limit.optional(),
    /** The action that takes it back, where one can. */
    undo: name.optional(),
  });
export type ActionPolicy = z.infer<ReturnType<typeof action>>;

/** `{outcome: name}`, as policies before 0.2 have them, becomes a list. */
const listed = (given: unknown): unknown =>
  typeof given === 'object' && given !== null && !Array.isArray(given)
    ? Object.entries(given).map(([on, called]) => ({ name: called as unknown, on }))
    : given;

const actions = (outcome: z.ZodType<string>) => z.preprocess(listed, z.array(action(outcome)).max(50));

/** The common parts over a flow's final outcomes, for `z.strictObject({...own, ...ladderParts(...)}).superRefine(ladderFits)`. */
export function ladderParts<Outcome extends string>(outcomes: readonly [Outcome, ...Outcome[]]) {
  const outcome = z.enum(outcomes);
  return {
    /** `follow`: cases that run go on with this policy; `keep`: with the one they began with. */
    runningCases: z.enum(['keep', 'follow']).default('keep'),
    rungs: rungs(outcome).default([{ rung: 'rules' }, { rung: 'model' }, { rung: 'human' }]),
    prompts: z.record(name, prompt).default({}),
    approvals: approvals(outcome),
    actions: actions(outcome),
    drift: driftPolicy.optional(),
  };
}

/** The common parts as workflows and activities read them. */
export interface LadderPolicy {
  readonly runningCases: 'keep' | 'follow';
  readonly rungs: readonly ({ readonly rung: 'rules' | 'model' | 'human' } | LlmRung)[];
  readonly prompts: Readonly<Record<string, Prompt>>;
  readonly approvals: ApprovalsPolicy;
  readonly actions: readonly ActionPolicy[];
}

/** The common parts of a policy that its flow's schema has passed; null where the flow does without them. */
export function ladderOf(policy: unknown): LadderPolicy | null {
  const has = (part: string): boolean => typeof policy === 'object' && policy !== null && Object.hasOwn(policy, part);
  return ['runningCases', 'rungs', 'prompts', 'approvals', 'actions'].every(has) ? (policy as LadderPolicy) : null;
}

/** What only the whole can be wrong about. */
export function ladderFits({ rungs: list, prompts, actions: all }: LadderPolicy, context: z.RefinementCtx): void {
  const wrong = (path: (string | number)[], message: string): void => context.addIssue({ code: 'custom', path, message });
  list.forEach((rung, at) => {
    if (rung.rung === 'llm' && prompts[rung.prompt] === undefined) wrong(['rungs', at, 'prompt'], 'must be one of the prompts');
  });
  // the key of an action is made of its event and its name: nothing else that the same outcome may cause can have that name
  const seen = new Map<string, 'name' | 'undo'>();
  const once = (given: string | undefined, { on, at, as }: { on: string; at: number; as: 'name' | 'undo' }): void => {
    if (given === DECISION_REVISED) wrong(['actions', at, as], 'must be another name: this one announces revisions');
    if (given === undefined) return;
    const before = seen.get(`${on} ${given}`);
    if (before !== undefined)
      wrong(['actions', at, as], as === 'undo' && before === 'name' ? 'must be another action' : `must be named once for ${on}`);
    seen.set(`${on} ${given}`, as);
  };
  for (const [at, { name: called, on }] of all.entries()) once(called, { on, at, as: 'name' });
  for (const [at, { undo, on }] of all.entries()) once(undo, { on, at, as: 'undo' });
}
