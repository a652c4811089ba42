/**
 * What a chat completion says: an answer that fits its schema, calls of tools that were offered, or why it is neither.
 *
 * The schema that is sent binds only servers that keep it, so the answer is parsed by it here, strictly: a further key or a text in place
 * of a number is off-schema, never read with good will. Around it there may be prose: servers that ignore the schema let models write it.
 */
import { z } from 'zod';
import type { Json } from '../../domain/event.ts';
import type { LlmAbstention } from './abstentions.ts';
import { answerJson, contentText } from './answerText.ts';
import { storableJson, storableText } from './storable.ts';

export interface Expected {
  readonly answer: z.ZodObject;
  /** Names of the tools that are offered. */
  readonly tools: readonly string[];
}

export interface ToolCall {
  /** Of ours, by their order: what a model writes names nothing. */
  readonly id: string;
  readonly name: string;
  /** JSON as the model wrote it: to be parsed by whoever takes the call. */
  readonly arguments: string;
}

export type Reading =
  | { readonly kind: 'answer'; readonly value: Json }
  | { readonly kind: 'tools'; readonly calls: readonly ToolCall[] }
  /** In our words, for the model: what to repair. */
  | { readonly kind: 'off-schema'; readonly wrong: string }
  | { readonly kind: 'abstained'; readonly code: LlmAbstention };

const ANSWER_CHARS_MAX = 65_536;
/** Of an answer that is kept, as JSON. */
const KEPT_CHARS_MAX = 32_768;
const TOOL_CALLS_MAX = 8;
const ARGUMENTS_CHARS_MAX = 4096;
const ISSUES_SHOWN = 5;
const ISSUE_CHARS_MAX = 200;

const completion = z.object({
  choices: z.tuple([
    z.object({
      finish_reason: z.string().nullish(),
      message: z.object({
        content: z.unknown().optional(),
        refusal: z.string().nullish(),
        tool_calls: z.array(z.unknown()).nullish(),
        function_call: z.unknown().optional(),
      }),
    }),
  ]),
});

/** Ollama and others give arguments as the object that they are. */
const toolArguments = z.union([z.string(), z.record(z.string(), z.json()).transform((given) => JSON.stringify(given))]);
const toolCall = z.object({
  function: z.object({ name: z.string(), arguments: toolArguments.nullish().transform((given) => given ?? '{}') }),
});

const abstained = (code: LlmAbstention): Reading => ({ kind: 'abstained', code });
const offSchema = (wrong: string): Reading => ({ kind: 'off-schema', wrong });

function readToolCalls(given: readonly unknown[], tools: readonly string[]): Reading {
  if (given.length > TOOL_CALLS_MAX) return abstained('too-large');
  const calls: ToolCall[] = [];
  for (const [at, one] of given.entries()) {
    const parsed = toolCall.safeParse(one);
    if (!parsed.success || !tools.includes(parsed.data.function.name)) return abstained('tool-not-offered');
    const { name, arguments: text } = parsed.data.function;
    if (text.length > ARGUMENTS_CHARS_MAX) return abstained('too-large');
    calls.push({ id: `call_${at + 1}`, name, arguments: storableText(text) });
  }
  return { kind: 'tools', calls };
}

/** A choice among the answer's own fields that is a text, but none of the list. */
function isWrongChoice(issues: readonly z.core.$ZodIssue[], value: Json): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return issues.some(({ code, path }) => code === 'invalid_value' && path.length === 1 && typeof value[String(path[0])] === 'string');
}

/** Names of further keys are the model's words, and are left out. */
function wrongOf(issues: readonly z.core.$ZodIssue[]): string {
  const shown = issues.slice(0, ISSUES_SHOWN).map(({ code, path, message }) => {
    const said = code === 'unrecognized_keys' ? 'has keys that the schema does not have' : message;
    return `${path.length === 0 ? 'it' : path.join('.')}: ${said}`.slice(0, ISSUE_CHARS_MAX);
  });
  return storableText(shown.join('; '));
}

/** The same for an answer that just came and for one that was kept. */
export function fits(value: Json, answer: z.ZodObject): Reading {
  const parsed = answer.strict().safeParse(value);
  if (!parsed.success)
    return isWrongChoice(parsed.error.issues, value) ? abstained('wrong-outcome') : offSchema(wrongOf(parsed.error.issues));
  const kept = storableJson(parsed.data as Json);
  return JSON.stringify(kept).length > KEPT_CHARS_MAX ? abstained('too-large') : { kind: 'answer', value: kept };
}

/** Whether the first object counts, seen those behind it: a model that says two things has said nothing. */
function agreed(reading: Reading, others: readonly Json[], answer: z.ZodObject): Reading {
  if (reading.kind !== 'answer') return reading;
  const said = JSON.stringify(reading.value);
  const differs = others.some((other) => {
    const further = fits(other, answer);
    return further.kind === 'answer' && JSON.stringify(further.value) !== said;
  });
  return differs ? offSchema('it holds several answers that differ') : reading;
}

function readText(content: string, answer: z.ZodObject): Reading {
  const { first, others } = answerJson(content);
  return 'wrong' in first ? offSchema(first.wrong) : agreed(fits(first.value, answer), others, answer);
}

/** An answer is an answer, whatever the server calls its end: `stop`, `eos_token`, an empty text. */
export function readAnswer(given: unknown, { answer, tools }: Expected): Reading {
  const parsed = completion.safeParse(given);
  if (!parsed.success) return abstained('no-choices');
  const [{ finish_reason: finish, message }] = parsed.data.choices;
  const { content, refusal, tool_calls: toolCalls, function_call: functionCall } = message;
  if (typeof refusal === 'string' && refusal !== '') return abstained('refused');
  if (finish === 'content_filter') return abstained('filtered');
  if (functionCall !== undefined && functionCall !== null) return abstained('tool-not-offered');
  if (toolCalls !== undefined && toolCalls !== null && toolCalls.length > 0) return readToolCalls(toolCalls, tools);
  const text = contentText(content);
  if (text === null || text.trim() === '') return abstained(finish === 'length' ? 'cut-short' : 'empty');
  if (text.length > ANSWER_CHARS_MAX) return abstained('too-large');
  const reading = readText(text, answer);
  // cut, it would be cut again
  return finish === 'length' && reading.kind !== 'answer' ? abstained('cut-short') : reading;
}

const count = z.int().min(0).max(1e9).nullish().catch(null);
const usage = z.object({ usage: z.object({ prompt_tokens: count, completion_tokens: count, total_tokens: count }) });

interface Tokens {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/**
 * What the server counted, as far as it can be: a question has tokens, an answer too, and together they are not less than the total (some
 * leave out what the model thought). What cannot be is replaced by what was reserved. Null: it does not say.
 */
export function readUsage(given: unknown, reserved: Tokens): Tokens | null {
  const { data } = usage.safeParse(given);
  if (data === undefined) return null;
  const { prompt_tokens: prompt, completion_tokens: completion, total_tokens: total } = data.usage;
  if (!prompt && !completion && !total) return null;
  const inputTokens = prompt || Math.max(0, (total ?? 0) - (completion ?? 0)) || reserved.inputTokens;
  const outputTokens = Math.max(completion ?? 0, (total ?? 0) - inputTokens);
  return { inputTokens, outputTokens: outputTokens > 0 ? outputTokens : reserved.outputTokens };
}
