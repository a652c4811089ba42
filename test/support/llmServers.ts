/** Servers that people run, as they were met: each refuses or forgets something. What stands behind them is a model that can do all of it. */
import type { ChatRequest } from './chatRequest.ts';
import { answers, type Exchange, type Reply } from './llmReplies.ts';

type Model = (request: ChatRequest, nth: number) => Reply;

const refusal = (message: string, more: object = {}): Reply =>
  answers(400, { body: { error: { message, type: 'invalid_request_error', code: 400, ...more } } });

/** Ollama with a model without tools, Groq, Gemini, vLLM without a parser: each in its own words. */
export const REFUSE_TOOLS: Readonly<Record<string, Reply>> = {
  Ollama: answers(400, { body: { error: { message: 'registry.ollama.ai/library/gemma:2b does not support tools', type: 'api_error' } } }),
  Groq: refusal('json mode cannot be combined with tool/function calling'),
  Gemini: answers(400, {
    body: [
      {
        error: {
          code: 400,
          message: "Function calling with a response mime type: 'application/json' is unsupported",
          status: 'INVALID_ARGUMENT',
        },
      },
    ],
  }),
  vLLM: answers(400, {
    body: {
      object: 'error',
      message: '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
      type: 'BadRequestError',
      param: null,
      code: 400,
    },
  }),
  OpenRouter: answers(404, { body: { error: { message: 'No endpoints found that support tool use.', code: 404 } } }),
};

export const REFUSE_SCHEMA: Readonly<Record<string, Reply>> = {
  OpenAI: refusal("Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.", {
    param: 'response_format',
  }),
  'llama.cpp': refusal(
    'Unable to generate parser for this template. Automatic parser generation failed: JSON schema conversion failed:\nUnrecognized schema: {"not":1}',
  ),
  FastAPI: answers(422, {
    body: { detail: [{ loc: ['body', 'response_format', 'type'], msg: "Input should be 'text' or 'json_object' (response_format)" }] },
  }),
};

export const refusesTools =
  (behind: Model, said: Reply = REFUSE_TOOLS.Ollama as Reply): Model =>
  (request, nth) =>
    request.tools === undefined ? behind(request, nth) : said;

/** llama.cpp, vLLM, Ollama: with both in one request, the tools are forgotten. */
export const formatBeatsTools =
  (behind: Model): Model =>
  ({ tools, ...request }, nth) =>
    behind(request.response_format === undefined && tools !== undefined ? { ...request, tools } : request, nth);

export const refusesFormats =
  (behind: Model, formats: readonly string[], said: Reply = REFUSE_SCHEMA.OpenAI as Reply): Model =>
  (request, nth) =>
    formats.includes(request.response_format?.type ?? 'text') ? said : behind(request, nth);

/** Neither refuses it nor shows it to the model. */
export const ignoresFormat =
  (behind: Model): Model =>
  ({ response_format: _, ...request }, nth) =>
    behind(request, nth);

export const refusesLimit =
  (behind: Model, name: 'max_tokens' | 'max_completion_tokens'): Model =>
  (request, nth) =>
    request[name] === undefined
      ? behind(request, nth)
      : refusal(`Unsupported parameter: '${name}' is not supported with this model.`, { param: name, code: 'unsupported_parameter' });

/** One slot, as a small server on a processor has it: who comes second waits for the first, and its time runs meanwhile. */
export function oneSlot(behind: Model, answerMs: number): Model {
  let free: Promise<unknown> = Promise.resolve();
  return (request, nth) => (exchange: Exchange) => {
    let gone = false;
    exchange.response.on('close', () => {
      gone = true;
    });
    free = free.then(async () => {
      if (gone) return;
      await new Promise((resolve) => setTimeout(resolve, answerMs));
      if (!gone) behind(request, nth)(exchange);
    });
  };
}
