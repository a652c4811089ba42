/**
 * Asks an LLM, once, safely.
 *
 * Whether it may be asked is decided and written down before the request goes out, and how it went before anybody hears of it: so a worker
 * that is killed in between has spent the request, and a question that was answered is never asked again. What passes by itself is thrown,
 * for Temporal to try again; what does not is an abstention, and the ladder goes on at its next rung.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { ApplicationFailure } from '@temporalio/common';
import type { Logger } from 'pino';
import { failure } from '../activities/asFailure.ts';
import { SignalboxError } from '../domain/errors.ts';
import type { LlmCall, LlmSaid } from './llmCall.ts';
import { endingOf } from './llmEnding.ts';
import { createLlmNews } from './llmNews.ts';
import { abstention, saidByRow } from './llmSaid.ts';
import { type Admitted, admit } from './record/admit.ts';
import { type Ending, type Settled, settle } from './record/settle.ts';
import type { LlmLogDeps } from './record/underModel.ts';
import { createLlmClient } from './wire/client.ts';
import { createQuestion, type Question } from './wire/question.ts';
import type { LlmTarget } from './wire/target.ts';
import { createTurns } from './wire/turns.ts';

export type { LlmCall, LlmSaid } from './llmCall.ts';

export interface LlmDeps {
  readonly pool: LlmLogDeps['pool'];
  readonly logger: Logger;
  /** Null: not configured. */
  readonly llm: LlmTarget | null;
  /** In place of the database's clock, for tests that skip time. */
  readonly now?: LlmLogDeps['now'];
}

/** The pauses before an answer is written down again while the database is away: asking again would cost more than waiting. */
const SETTLE_AGAIN_MS = [100, 500, 2000];

/**
 * *Retries*: as Temporal's policy says for the activity, or when the failure says (a place in the minute, `Retry-After`). Each request is
 * counted in its row first: `terms.callsMax` of them about one event, whatever is killed when; then it abstains.
 * *Idempotency*: by step. An answer, or an abstention by what came back, is given again from its row.
 * *Fails with*: `llm-away`, `llm-busy`, `database-away`; cancellation.
 */
export function createCallLlm({ pool, logger, llm, now }: LlmDeps): (call: LlmCall) => Promise<LlmSaid> {
  if (llm === null) return async () => abstention('not-configured', null);
  const client = createLlmClient(llm);
  const inTurn = createTurns();
  const news = createLlmNews(logger);
  const log = { pool, now };

  async function settleSurely(call: LlmCall & { number: number; model: string }, ending: Ending): Promise<Settled> {
    for (let tried = 0; ; tried += 1) {
      try {
        return await inTurn(call.model, () => settle(log, call, ending));
      } catch (error) {
        const waitMs = SETTLE_AGAIN_MS[tried];
        if (waitMs === undefined || !(error instanceof SignalboxError)) throw error;
        await pause(waitMs);
      }
    }
  }

  async function ask(call: LlmCall, model: string, { question, admitted }: { question: Question; admitted: Admitted }): Promise<Asked> {
    const { terms, signal, answer, tools } = call;
    const startedAt = performance.now();
    const wire = await client.ask(question.request(admitted), { callMs: terms.callSeconds * 1000, signal });
    // what is looked up is paid with another request, which a nearly spent budget is not there for
    const expected = { answer, tools: admitted.tight ? [] : tools.map(({ name }) => name) };
    const ending = endingOf(wire, { expected, price: terms.price, admitted, ms: Math.round(performance.now() - startedAt) });
    const settled = await settleSurely({ ...call, ...{ number: admitted.number, model } }, ending);
    news.tell(model, ending, settled);
    return { ending, settled };
  }

  return async (call) => {
    const { terms, signal } = call;
    const model = terms.model ?? llm.model;
    const question = createQuestion({ baseUrl: llm.baseUrl, model }, call);
    if (question.cost(null).inputTokens > terms.promptTokensMax) return abstention('prompt-too-long', null);
    const { callsMax, reuseSeconds, budget, callSeconds } = terms;
    const asking = { ...call, model, question: question.hash, callsMax, reuseSeconds, budget, limits: llm, callMs: callSeconds * 1000 };
    for (;;) {
      signal.throwIfAborted();
      const admission = await inTurn(model, () => admit(log, { ...asking, cost: question.cost }));
      if (admission.turn === 'over') return saidByRow(admission.call, call);
      if (admission.turn === 'abstain') return abstention(admission.code, admission.call);
      if (admission.turn === 'wait')
        throw failure('llm-busy', `${model} takes no request now, as ${admission.why}`, { nextRetryDelayMs: admission.waitMs });
      const { ending, settled } = await ask(call, model, { question, admitted: admission });
      signal.throwIfAborted();
      // the answer is to be repaired: another request, admitted like the first
      if (settled.call.state === 'off-schema') continue;
      if (settled.call.state !== 'failed') return saidByRow(settled.call, call);
      if (admission.last) return abstention('calls-spent', settled.call);
      throw failedCall(model, ending);
    }
  };
}

interface Asked {
  readonly ending: Ending;
  readonly settled: Settled;
}

function failedCall(model: string, { code, pauseMs }: Ending): ApplicationFailure {
  return failure(code === 'http-429' ? 'llm-busy' : 'llm-away', `${model}: ${code}`, pauseMs === null ? {} : { nextRetryDelayMs: pauseMs });
}
