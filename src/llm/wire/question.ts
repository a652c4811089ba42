/** What is sent to an LLM, what makes two questions the same, and how much one may cost. */
import { createHash } from 'node:crypto';
import { zodResponseFormat } from 'openai/helpers/zod';
import type { ChatCompletionCreateParamsNonStreaming, ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import type { z } from 'zod';
import type { LlmRung } from '../../policy/ladderPolicy.ts';

export interface LlmTool {
  readonly name: string;
  readonly description: string;
  /** JSON schema. */
  readonly parameters: Record<string, unknown>;
}

interface Asked {
  readonly messages: readonly ChatCompletionMessageParam[];
  readonly answer: z.ZodObject;
  readonly tools: readonly LlmTool[];
  readonly promptVersion: string;
  readonly terms: Pick<LlmRung, 'answerTokensMax' | 'price'>;
}

export interface Question {
  /** SHA-256 over model, prompt version, messages, schema and tools. */
  readonly hash: Buffer;
  /** `wrong`: what the first answer did not keep; the request asks for another. `tight`: it offers no tools. */
  request(admitted: { readonly wrong: string | null; readonly tight?: boolean }): ChatCompletionCreateParamsNonStreaming;
  cost(wrong: string | null): { readonly inputTokens: number; readonly outputTokens: number; readonly nanoUsd: number };
}

/** Three bytes a token: prose and JSON have more, so that this is what a prompt costs at most; only what nobody writes has fewer. */
const BYTES_PER_TOKEN = 3;
/** Around the whole, and around each message. */
const OVERHEAD_TOKENS = { whole: 32, message: 8 };
const NANO_USD_PER_TOKEN = 1000;

/** A dollar a million tokens is a thousand billionths a token. */
export const nanoUsd = (inputTokens: number, outputTokens: number, { inputUsdPerMillion, outputUsdPerMillion }: LlmRung['price']): number =>
  Math.ceil((inputTokens * inputUsdPerMillion + outputTokens * outputUsdPerMillion) * NANO_USD_PER_TOKEN);

/** Whose keys are names of fields or definitions, not words of JSON schema. */
const NAMING = new Set(['properties', '$defs', 'definitions']);

/** Lengths of texts are not in the subset of JSON schema that strict servers take: they are said in words, and held by the parser. */
function withoutLengths(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutLengths);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { minLength, maxLength, ...rest } = schema as Record<string, unknown>;
  const kept = Object.fromEntries(
    Object.entries(rest).map(([word, inner]) => [word, NAMING.has(word) ? eachNamed(inner as object) : withoutLengths(inner)]),
  );
  const said = [
    ...(typeof kept.description === 'string' ? [kept.description] : []),
    ...(minLength === undefined ? [] : [`At least ${minLength} characters.`]),
    ...(maxLength === undefined ? [] : [`At most ${maxLength} characters.`]),
  ];
  return said.length === 0 ? kept : { ...kept, description: said.join(' ') };
}

const eachNamed = (schemas: object): object =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, withoutLengths(schema)]));

function responseFormat(answer: z.ZodObject) {
  const { type, json_schema: format } = zodResponseFormat(answer.strict(), 'answer');
  return { type, json_schema: { ...format, schema: withoutLengths(format.schema) as Record<string, unknown> } };
}

const repair = (wrong: string): ChatCompletionMessageParam => ({
  role: 'user',
  content: `Your last answer did not keep to its schema: ${wrong}. Answer once more, with JSON that keeps to the schema and nothing else.`,
});

/** OpenAI's newer models refuse `max_tokens`; what else speaks this protocol knows that name, and not all know the other. */
const answerLimit = (baseUrl: string, tokens: number) =>
  /(^|\.)(openai\.com|openai\.azure\.com)$/.test(new URL(baseUrl).hostname) ? { max_completion_tokens: tokens } : { max_tokens: tokens };

export function createQuestion({ baseUrl, model }: { baseUrl: string; model: string }, asked: Asked): Question {
  const { messages, answer, tools, promptVersion, terms } = asked;
  const response_format = responseFormat(answer);
  const offered = tools.map((tool) => ({ type: 'function' as const, function: { ...tool } }));
  const request: Question['request'] = ({ wrong, tight = false }) => ({
    model,
    messages: wrong === null ? [...messages] : [...messages, repair(wrong)],
    response_format,
    // an empty list is refused
    ...(offered.length === 0 || tight ? {} : { tools: offered }),
    ...answerLimit(baseUrl, terms.answerTokensMax),
  });
  const all = JSON.stringify([model, promptVersion, messages, response_format, offered]);
  return {
    hash: createHash('sha256').update(all).digest(),
    request,
    cost(wrong) {
      const bytes = Buffer.byteLength(JSON.stringify(request({ wrong })));
      const inputTokens =
        Math.ceil(bytes / BYTES_PER_TOKEN) + OVERHEAD_TOKENS.whole + OVERHEAD_TOKENS.message * (messages.length + (wrong === null ? 0 : 1));
      const outputTokens = terms.answerTokensMax;
      return { inputTokens, outputTokens, nanoUsd: nanoUsd(inputTokens, outputTokens, terms.price) };
    },
  };
}
