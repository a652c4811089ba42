/** How each model of a server is asked: as it is remembered, and with the length of its context, which the server is asked for once. */
import type { Pool } from '../log/db/database.ts';
import { keepManner, mannerFor } from './record/servers.ts';
import type { Manner } from './wire/manner.ts';
import { modelOf, readModels } from './wire/models.ts';
import type { LlmTarget } from './wire/target.ts';

/** What another worker found out is known here so much later, at the cost of one request that is refused. */
const FRESH_MS = 60_000;

export interface KnownManners {
  of(model: string): Promise<Manner>;
  keep(model: string, manner: Manner): Promise<void>;
}

export function createKnownManners(pool: Pool, llm: LlmTarget): KnownManners {
  const known = new Map<string, { readonly manner: Promise<Manner>; readonly untilMs: number }>();
  const told = new Map<string, Promise<number | null>>();

  /** Asked once in a process's life: where it cannot be told, the server's refusal tells it. */
  function contextOf(model: string): Promise<number | null> {
    const asked = told.get(model) ?? readModels(llm).then((models) => modelOf(models, model)?.contextTokens ?? null);
    told.set(model, asked);
    return asked;
  }

  function know(model: string, manner: Promise<Manner>): Promise<Manner> {
    known.set(model, { manner, untilMs: performance.now() + FRESH_MS });
    // what could not be read is read again by the next one
    manner.catch(() => known.delete(model));
    return manner;
  }

  async function read(model: string): Promise<Manner> {
    const manner = await mannerFor(pool, { baseUrl: llm.baseUrl, model });
    return { ...manner, contextTokens: llm.contextTokens ?? manner.contextTokens ?? (await contextOf(model)) };
  }

  async function keep(model: string, manner: Manner): Promise<void> {
    know(model, Promise.resolve(manner));
    await keepManner(pool, { baseUrl: llm.baseUrl, model }, manner);
  }

  return {
    keep,
    of(model) {
      const fresh = known.get(model);
      return fresh !== undefined && performance.now() < fresh.untilMs ? fresh.manner : know(model, read(model));
    },
  };
}
