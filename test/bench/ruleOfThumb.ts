/** What answers in the place of a model in the labelled run: a rule of thumb over the facts that it reads in the prompt. It knows no label. */
import type { ChatRequest } from '../support/chatRequest.ts';
import { type Reply, says } from '../support/llmReplies.ts';

const CHARS_A_TOKEN = 4;
const FACT = /^- \[(\w+)\] [^\n]*?: "([^"\n]*)"$/gm;

function factsIn({ messages }: ChatRequest): Map<string, number> {
  const text = messages.map(({ content }) => content ?? '').join('\n');
  return new Map([...text.matchAll(FACT)].map(([, id = '', value = '']) => [id, Number(value)]));
}

/** Log odds of fraud, by three signs that a person would look for. */
function oddsOf(facts: ReadonlyMap<string, number>): { odds: number; cited: string } {
  const fact = (id: string): number => facts.get(id) ?? 0;
  const signs: [string, number][] = [
    ['amountToHabit', fact('amountToHabit') > 4 ? 2.5 : -0.5],
    ['terminalOrdinary28d', Math.min(3, fact('terminalOrdinary28d')) - 0.5],
    ['cardUnusual14d', fact('cardUnusual14d') > 2 ? 1.5 : 0],
  ];
  const odds = signs.reduce((sum, [, weight]) => sum + weight, -1.5);
  const [cited] = [...signs].sort(([, one], [, other]) => Math.abs(other) - Math.abs(one));
  return { odds, cited: cited !== undefined && facts.has(cited[0]) ? cited[0] : 'amount' };
}

export function ruleOfThumb(request: ChatRequest): Reply {
  const { odds, cited } = oddsOf(factsIn(request));
  const probability = 1 / (1 + Math.exp(-odds));
  const value = {
    outcome: probability >= 0.5 ? 'decline' : 'approve',
    confidence: Math.round(Math.max(probability, 1 - probability) * 100) / 100,
    reasons: [{ fact: cited, text: 'a rule of thumb' }],
  };
  const prompt = request.messages.reduce((sum, { content }) => sum + (content ?? '').length, 0);
  const usage = {
    prompt_tokens: Math.ceil(prompt / CHARS_A_TOKEN),
    completion_tokens: Math.ceil(JSON.stringify(value).length / CHARS_A_TOKEN),
  };
  return says(value, { usage });
}
