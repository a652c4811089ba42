/** What is sent to an LLM, what makes two questions the same, and how much one may cost. */
import { createHash } from 'node:crypto';
import { zodResponseFormat } from 'openai/helpers/zod';
import type { ChatCompletionCreateParamsNonStreaming } from 'openai/resources/chat/completions';
import type { z } from 'zod';
import type { LlmRung } from '../../policy/ladderPolicy.ts';
import type { Manner } from './manner.ts';

export interface LlmTool {
  readonly name: string;
  readonly description: string;
  /** JSON schema. */
  readonly parameters: Record<string, unknown>;
}

/** One of each: templates refuse two messages of one role in a row. What comes later is put behind the question. */
export interface Words {
  readonly system: string;
  readonly question: string;
}

interface Asked {
  readonly words: Words;
  readonly answer: z.ZodObject;
  readonly tools: readonly LlmTool[];
  readonly promptVersion: string;
  readonly terms: Pick<LlmRung, 'answerTokensMax' | 'price'>;
}

type Request = ChatCompletionCreateParamsNonStreaming;

export interface Question {
  /** SHA-256 over model, prompt version, words, schema and tools. */
  readonly hash: Buffer;
  /** `wrong`: what the first answer did not keep; the request asks for another. `tight`: it offers no tools. */
  request(admitted: { readonly wrong: string | null; readonly tight?: boolean }, manner: Manner): Request;
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

const repair = (wrong: string): string =>
  `Your last answer did not keep to the form: ${wrong}. Answer once more, with one JSON object of that form and nothing else.`;

function messagesOf({ system, question }: Words, wrong: string | null, manner: Manner): Request['messages'] {
  const asked = wrong === null ? question : `${question}\n\n${repair(wrong)}`;
  return manner.system
    ? [
        { role: 'system', content: system },
        { role: 'user', content: asked },
      ]
    : [{ role: 'user', content: `${system}\n\n${asked}` }];
}

export function createQuestion(model: string, asked: Asked): Question {
  const { words, answer, tools, promptVersion, terms } = asked;
  const schema = responseFormat(answer);
  const offered = tools.map((tool) => ({ type: 'function' as const, function: { ...tool } }));
  const formatOf = ({ format }: Manner): Pick<Request, 'response_format'> =>
    format === 'text' ? {} : { response_format: format === 'schema' ? schema : { type: 'json_object' } };
  const request: Question['request'] = ({ wrong, tight = false }, manner) => ({
    model,
    messages: messagesOf(words, wrong, manner),
    // never both: servers that take tools and a form in one request follow the form and forget the tools, others refuse it
    ...(offered.length === 0 || tight || !manner.tools ? formatOf(manner) : { tools: offered }),
    ...(manner.limit === 'none' ? {} : { [manner.limit]: terms.answerTokensMax }),
  });
  const all = JSON.stringify([model, promptVersion, words, schema, offered]);
  return {
    hash: createHash('sha256').update(all).digest(),
    request,
    cost(wrong) {
      // some servers write schema and tools into the prompt
      const bytes = Buffer.byteLength(JSON.stringify([words, wrong === null ? '' : repair(wrong), schema, offered]));
      const inputTokens = Math.ceil(bytes / BYTES_PER_TOKEN) + OVERHEAD_TOKENS.whole + 2 * OVERHEAD_TOKENS.message;
      const outputTokens = terms.answerTokensMax;
      return { inputTokens, outputTokens, nanoUsd: nanoUsd(inputTokens, outputTokens, terms.price) };
    },
  };
}
