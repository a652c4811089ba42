/** What a server says of its models: which it has, and how many tokens fit into each. Costs nothing. */
import { z } from 'zod';
import { createBoundedFetch, WireError } from './boundedFetch.ts';
import type { LlmTarget } from './target.ts';

export interface ServerModel {
  readonly id: string;
  /** Question and answer together; null: it does not say. */
  readonly contextTokens: number | null;
}

const ANSWER_MS = 3000;

const tokens = z.int().min(1).max(1e9).nullish().catch(null);
const model = z.looseObject({
  id: z.string(),
  meta: z.looseObject({ n_ctx: tokens }).nullish().catch(null),
  // vLLM; OpenRouter, Together; Groq; Mistral; LM Studio
  ...{ max_model_len: tokens, context_length: tokens, context_window: tokens, max_context_length: tokens, loaded_context_length: tokens },
});
const list = z.looseObject({ data: z.array(z.unknown()) });

type Server = Pick<LlmTarget, 'baseUrl' | 'apiKey' | 'proxies'>;

function askForModels({ baseUrl, apiKey, proxies }: Server): Promise<Response> {
  return createBoundedFetch(proxies)(`${baseUrl.replace(/\/+$/, '')}/models`, {
    method: 'GET',
    signal: AbortSignal.timeout(ANSWER_MS),
    ...(apiKey === null ? {} : { headers: { authorization: `Bearer ${apiKey}` } }),
  });
}

/** Null where it gives no list: not every server has one. */
export async function readModels(server: Server): Promise<ServerModel[] | null> {
  try {
    const response = await askForModels(server);
    const { data } = list.parse(await response.json());
    return data.flatMap((one) => {
      const parsed = model.safeParse(one).data;
      if (parsed === undefined) return [];
      const { id, meta, max_model_len, loaded_context_length, context_length, context_window, max_context_length } = parsed;
      // what is loaded, before what the model could hold
      const contextTokens =
        meta?.n_ctx ?? max_model_len ?? loaded_context_length ?? context_length ?? context_window ?? max_context_length ?? null;
      return [{ id, contextTokens }];
    });
  } catch {
    return null;
  }
}

/** Whether anybody is there, in a few words: asking for the models costs nothing. */
export async function reachServer(server: Server): Promise<string> {
  try {
    const { status } = await askForModels(server);
    return status === 401 || status === 403 ? `answers, and refuses the key (${status})` : status >= 500 ? `answers ${status}` : 'answers';
  } catch (error) {
    return `does not answer (${error instanceof WireError ? error.code.toLowerCase() : 'connection'})`;
  }
}

/** By its name; a server of one model answers to every name. */
export function modelOf(models: readonly ServerModel[] | null, name: string): ServerModel | null {
  return models?.find(({ id }) => id === name) ?? (models?.length === 1 ? (models[0] ?? null) : null);
}
