/** What was looked up, as the model knows it: its calls, and what each was told. Made anew for each turn from lines of the timeline. */

import { quoted } from '../policy/prompt.ts';
import type { LlmCall } from './llmCall.ts';
import type { LookedUp } from './transcript.ts';

type ChatMessage = LlmCall['messages'][number];

/** Nine letters and digits, each once in the conversation: what servers take that are strict about it (Mistral's models under vLLM). */
const idOf = (nth: number): string => `call${String(nth).padStart(5, '0')}`;

/** The same again is said in a few words: a model that looks twice would fill its prompt with it, and be passed over for that. */
const AS_BEFORE = 'The same as it was told before.';

export function conversation(turns: readonly (readonly LookedUp[])[]): ChatMessage[] {
  const told = new Set<string>();
  let count = 0;
  return turns.flatMap((calls): ChatMessage[] => {
    if (calls.length === 0) return [];
    const numbered = calls.map((call) => {
      count += 1;
      return { ...call, id: idOf(count) };
    });
    const toolCalls = numbered.map(({ id, name }) => ({ id, type: 'function' as const, function: { name, arguments: '{}' } }));
    const results = numbered.map(({ id, name, result }): ChatMessage => {
      const key = `${name} ${result}`;
      const content = told.has(key) ? AS_BEFORE : quoted(result, result.length);
      told.add(key);
      return { role: 'tool', tool_call_id: id, content };
    });
    return [{ role: 'assistant', content: null, tool_calls: toolCalls }, ...results];
  });
}
