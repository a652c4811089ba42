/**
 * What a chat completion says: an answer that fits its schema, calls of tools that were offered, or why it is neither.
 *
 * The schema that is sent binds only servers that keep it, so the answer is parsed by it here, strictly: prose around it, a further key or
 * a text in place of a number is off-schema, never read with good will.
 */
import { z } from 'zod';
import type { Json } from '../../domain/event.ts';
import type { LlmAbstention } from './abstentions.ts';
import { storableJson, storableText } from './storable.ts';
import { strictJson } from './strictJson.ts';

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
        content: z.string().nullish(),
        refusal: z.string().nullish(),
        tool_calls: z.array(z.unknown()).nullish(),
        function_call: z.unknown().optional(),
      }),
    }),
  ]),
});

const toolCall = z.object({ function: z.object({ name: z.string(), arguments: z.string() }) });

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

export function readAnswer(given: unknown, { answer, tools }: Expected): Reading {
  const parsed = completion.safeParse(given);
  if (!parsed.success) return abstained('no-choices');
  const [{ finish_reason: finish, message }] = parsed.data.choices;
  const { content, refusal, tool_calls: toolCalls, function_call: functionCall } = message;
  if (typeof refusal === 'string' && refusal !== '') return abstained('refused');
  if (finish === 'content_filter') return abstained('filtered');
  if (finish === 'length') return abstained('cut-short');
  if (finish === 'function_call' || (functionCall !== undefined && functionCall !== null)) return abstained('tool-not-offered');
  if (toolCalls !== undefined && toolCalls !== null && toolCalls.length > 0) return readToolCalls(toolCalls, tools);
  if (content === undefined || content === null || content.trim() === '') return abstained('empty');
  if (content.length > ANSWER_CHARS_MAX) return abstained('too-large');
  // some servers leave it out; any other reason is not an end that we know
  if (finish !== 'stop' && finish !== undefined && finish !== null) return offSchema('it did not end by itself');
  const json = strictJson(content);
  return 'wrong' in json ? offSchema(json.wrong) : fits(json.value, answer);
}

const usage = z.object({ usage: z.object({ prompt_tokens: z.int().min(0).max(1e9), completion_tokens: z.int().min(0).max(1e9) }) });

/** Null: it does not say. */
export function readUsage(given: unknown): { inputTokens: number; outputTokens: number } | null {
  const parsed = usage.safeParse(given);
  return parsed.success ? { inputTokens: parsed.data.usage.prompt_tokens, outputTokens: parsed.data.usage.completion_tokens } : null;
}
