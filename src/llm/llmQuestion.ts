/** The question about one event, as an LLM is asked it: pure, so that whoever asks again asks the same. */

import { redacted, shownEvent } from '../domain/exposure.ts';
import type { Briefed, Flow } from '../domain/flow.ts';
import { redactText } from '../domain/redactText.ts';
import { OUR_WORDS, shapeFaultLines } from '../domain/shapeFaults.ts';
import type { LadderPolicy, LlmRung } from '../policy/ladderPolicy.ts';
import { type Asked, answerSchema, FACTS_MAX, promptVersion, writePrompt } from '../policy/prompt.ts';

export interface LlmQuestion {
  readonly messages: readonly { readonly role: 'system' | 'user'; readonly content: string }[];
  /** What the answer must be. */
  readonly answer: ReturnType<typeof answerSchema>;
  /** The prompt's version. */
  readonly prompt: string;
}

export interface Questioner {
  readonly flow: Flow;
  readonly policy: LadderPolicy;
  readonly terms: LlmRung;
}

/** Throws RangeError where the policy names no such prompt, or one that the flow's briefing cannot fill, or where it has no fact to tell. */
export function llmQuestion({ flow, policy, terms }: Questioner, { event, found, provisional }: Omit<Briefed, 'policy'>): LlmQuestion {
  const prompt = policy.prompts[terms.prompt];
  if (flow.briefing === undefined || prompt === undefined)
    throw new RangeError(`Cannot ask an LLM as ${flow.name} has no prompt ${terms.prompt}`);
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
  const { system, question } = writePrompt(prompt, { variables: variables.data as Asked['variables'], facts });
  return {
    messages: [
      { role: 'system', content: system },
      { role: 'user', content: question },
    ],
    answer: answerSchema(
      flow.outcomes,
      facts.map(({ id }) => id),
    ),
    prompt: promptVersion(terms.prompt, prompt),
  };
}
