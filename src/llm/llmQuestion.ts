/** The question about one event, as an LLM is asked it: pure, so that whoever asks again asks the same. */
import { redacted, shownEvent, strangersChars } from '../domain/exposure.ts';
import type { Briefed, Fact, Flow } from '../domain/flow.ts';
import { redactText } from '../domain/redactText.ts';
import { OUR_WORDS, shapeFaultLines } from '../domain/shapeFaults.ts';
import type { LadderPolicy, LlmRung } from '../policy/ladderPolicy.ts';
import { answerSchema, FACTS_MAX, type Filling, promptVersion, type QuotedFact, writePrompt } from '../policy/prompt.ts';
import type { Asked } from './llmCall.ts';
import type { LookedUp } from './lookedUp.ts';

export interface LlmQuestion extends Asked {
  /** The same with one look-up less each, down to none. */
  readonly shorter: readonly Asked[];
  /** The prompt's version. */
  readonly prompt: string;
  /** Of all that strangers may have written into it, wherever it stands; of what was looked up too. */
  readonly strangersChars: number;
}

export interface Questioner {
  readonly flow: Flow;
  readonly policy: LadderPolicy;
  readonly terms: LlmRung;
}

/** Throws RangeError where the policy names no such prompt, or one that the flow's briefing cannot fill, or where it has no fact to tell. */
export function llmQuestion(questioner: Questioner, about: Omit<Briefed, 'policy'>, lookedUp: readonly LookedUp[] = []): LlmQuestion {
  const { flow, policy, terms } = questioner;
  const prompt = policy.prompts[terms.prompt];
  if (prompt === undefined) throw new RangeError(`Cannot ask an LLM as ${flow.name} has no prompt ${terms.prompt}`);
  const { variables, facts } = briefingOf(questioner, about);
  const found = lookedUp.map(asFact);
  const asked = (count: number): Asked => {
    const told = [...facts, ...found.slice(0, count), ...leftOut(lookedUp.slice(count))];
    const ids = told.map(({ id }) => id);
    return { words: writePrompt(prompt, { variables, facts: told, outcomes: flow.outcomes }), answer: answerSchema(flow.outcomes, ids) };
  };
  const texts = [...Object.values(variables), ...facts.map(({ value }) => value)];
  return {
    ...asked(found.length),
    shorter: Array.from({ length: found.length }, (_, less) => asked(found.length - less - 1)),
    prompt: promptVersion(terms.prompt, prompt),
    strangersChars: strangersChars(texts, wordsOf(flow)) + lookedUp.reduce((sum, one) => sum + one.strangersChars, 0),
  };
}

function briefingOf(
  { flow, policy, terms }: Questioner,
  { event, found, provisional }: Omit<Briefed, 'policy'>,
): Omit<Filling, 'outcomes'> {
  if (flow.briefing === undefined) throw new RangeError(`Cannot ask an LLM as ${flow.name} has no prompt ${terms.prompt}`);
  const about = {
    event: { ...shownEvent('prompt', flow, event), subject: flow.subjectPersonal === true ? '[personal]' : event.subject },
    // the flow's own words, which may quote a stranger's
    found: redacted(found, redactText),
    provisional: redacted(provisional, redactText),
  };
  const { variables: given, facts: all } = flow.briefing.brief({ ...about, policy });
  const variables = flow.briefing.variables.safeParse(given, OUR_WORDS);
  if (!variables.success) {
    const wrong = shapeFaultLines(flow.briefing.variables, variables.error, 'variables');
    throw new RangeError(`Cannot ask an LLM as variables of ${flow.name} are not as it declares them: ${wrong.join('; ')}`);
  }
  const facts = all.slice(0, FACTS_MAX);
  if (facts.length === 0) throw new RangeError(`Cannot ask an LLM as ${flow.name} has no fact to tell it`);
  return { variables: variables.data as Filling['variables'], facts };
}

/** `similar-decisions` as `lookUpSimilarDecisions`: no briefing names a fact so. */
const idOf = (tool: string): string => `lookUp${tool.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())}`;

const asFact = ({ name, label, result }: LookedUp): QuotedFact => ({ id: idOf(name), label, value: result, charsMax: result.length });

const leftOut = (all: readonly LookedUp[]): Fact[] =>
  all.length === 0
    ? []
    : [{ id: 'leftOut', label: 'Looked up, and left out as it does not fit', value: all.map(({ name }) => name).join(', ') }];

/** What the flow itself calls things. */
export function wordsOf({ types, follows = {}, outcomes, labels }: Flow): ReadonlySet<string> {
  const declared = { ...types, ...follows };
  return new Set([
    ...Object.keys(declared),
    ...Object.values(declared).flatMap(({ fields }) => Object.keys(fields)),
    ...outcomes,
    ...(labels?.truths ?? []),
  ]);
}
