/**
 * Asks a server one made-up question, as the rung asks it: what it takes, whether the answer fits, how long that took and what it cost. Then
 * the same with something to look up, which not every server or model does.
 */
import { answerSchema, writePrompt } from '../policy/prompt.ts';
import { createLlmClient } from './wire/client.ts';
import { firstManner, type Manner, withoutRefused } from './wire/manner.ts';
import { modelOf, readModels } from './wire/models.ts';
import { createQuestion, type LlmTool, nanoUsd } from './wire/question.ts';
import { type Reading, readAnswer, readUsage } from './wire/readAnswer.ts';
import type { LlmTarget, Price } from './wire/target.ts';
import type { WireFault } from './wire/wireFault.ts';

export interface ServerCheck {
  /** What it takes, as far as it was asked. */
  readonly manner: Manner;
  /** Null: it gives no list of its models. */
  readonly models: readonly string[] | null;
  readonly answer: Asked;
  /** Null: it gave no answer, so that it was asked nothing more. */
  readonly lookUp: Asked | null;
}

export interface Asked {
  /** What came back; a fault where it was no answer at all. */
  readonly reading: Reading | null;
  readonly fault: WireFault | null;
  /** Of the request that counted, in milliseconds. */
  readonly ms: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number;
  /** Requests until then: more than one where something was refused. */
  readonly requests: number;
}

const NOBODY_WAITS = new AbortController().signal;
/** A refusal a step of what can be left out. */
const REQUESTS_MAX = 8;
const ANSWER_TOKENS = 400;
const OUTCOMES = ['approve', 'decline'];
const FACTS = [
  { id: 'amount', label: 'Amount of the payment', value: 4200 },
  { id: 'usual', label: 'Usual amount of this card', value: 25 },
  { id: 'disputes', label: 'Disputes of this card in four weeks', value: 3 },
];
const PROMPT = {
  system: 'You review card payments. This one is made up: it tries whether you can be asked.',
  question: '{{facts}}\n\nShould this payment be approved or declined?',
};
const TOOL: LlmTool = {
  name: 'terminal',
  description: 'The terminal of this payment: look it up before you answer.',
  parameters: { type: 'object', properties: {}, required: [], additionalProperties: false },
};

export async function checkServer(target: LlmTarget, { callMs, price }: { callMs: number; price: Price }): Promise<ServerCheck> {
  const client = createLlmClient(target);
  const models = await readModels(target);
  const contextTokens = target.contextTokens ?? modelOf(models, target.model)?.contextTokens ?? null;
  const answer = answerSchema(
    OUTCOMES,
    FACTS.map(({ id }) => id),
  );
  const words = writePrompt(PROMPT, { variables: {}, facts: FACTS, outcomes: OUTCOMES });
  const terms = { answerTokensMax: ANSWER_TOKENS, price };

  async function ask(tools: readonly LlmTool[], known: Manner): Promise<{ asked: Asked; manner: Manner }> {
    const question = createQuestion(target.model, { words, answer, tools, promptVersion: 'check', terms });
    let manner = known;
    for (let requests = 1; ; requests += 1) {
      const startedAt = performance.now();
      const wire = await client.ask(question.request({ wrong: null }, manner), { callMs, signal: NOBODY_WAITS });
      const ms = Math.round(performance.now() - startedAt);
      if ('completion' in wire) {
        const reading = readAnswer(wire.completion, { answer, tools: tools.map(({ name }) => name) });
        const { inputTokens, outputTokens } = readUsage(wire.completion, question.cost(null)) ?? question.cost(null);
        const costUsd = nanoUsd(inputTokens, outputTokens, price) / 1e9;
        return { asked: { reading, fault: null, ms, inputTokens, outputTokens, costUsd, requests }, manner };
      }
      const other = requests < REQUESTS_MAX ? withoutRefused(manner, wire.fault, target.baseUrl) : null;
      if (other === null || (tools.length > 0 && !other.tools)) {
        const nothing = { inputTokens: 0, outputTokens: 0, costUsd: 0 };
        return { asked: { reading: null, fault: wire.fault, ms, ...nothing, requests }, manner: other ?? manner };
      }
      manner = other;
    }
  }

  const first = await ask([], { ...firstManner(target.baseUrl), contextTokens });
  const names = models?.map(({ id }) => id) ?? null;
  if (first.asked.reading === null) return { manner: first.manner, models: names, answer: first.asked, lookUp: null };
  const second = await ask([TOOL], first.manner);
  return { manner: second.manner, models: names, answer: first.asked, lookUp: second.asked };
}
