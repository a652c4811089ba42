/**
 * Asks an LLM, once, safely.
 *
 * Whether it may be asked is decided and written down before the request goes out, and how it went before anybody hears of it: so a worker
 * that is killed in between has spent the request, and a question that was answered is never asked again. What passes by itself is thrown,
 * to be tried again; what does not is an abstention, and the ladder goes on at its next rung.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { SignalboxError } from '../domain/errors.ts';
import type { BeginCall } from '../domain/tracer.ts';
import { createKnownManners } from './knownManners.ts';
import { type Asked, abstention, endingOf, type LlmCall, type LlmSaid, LlmUnanswered, saidByRow } from './llmCall.ts';
import { type Admission, type Admitted, admit } from './record/admit.ts';
import { type Ending, type Settled, settle } from './record/settle.ts';
import type { LlmLogDeps } from './record/underModel.ts';
import { createWaitingLine } from './waitingLine.ts';
import { createWarnOperator } from './warnOperator.ts';
import { createLlmClient } from './wire/client.ts';
import { type Manner, withoutRefused } from './wire/manner.ts';
import { createQuestion, type Question } from './wire/question.ts';
import type { LlmTarget } from './wire/target.ts';
import { createTurns } from './wire/turns.ts';

export interface LlmDeps {
  readonly pool: LlmLogDeps['pool'];
  readonly logger: Logger;
  /** Null: not configured. */
  readonly llm: LlmTarget | null;
  /** In place of the database's clock, for tests that skip time. */
  readonly now?: LlmLogDeps['now'];
  /** Traces each request; absent where nothing is traced. */
  readonly beginCall?: BeginCall | undefined;
}

/** The pauses before an answer is written down again while the database is away: asking again would cost more than waiting. */
const SETTLE_AGAIN_MS = [100, 500, 2000];
/** Who waits longer for a place lets its worker go on with others, and comes again. */
const IN_LINE_MS = 8000;
const BACK_IN_LINE_MS = 500;

/** A question that fits, and how it is asked. */
interface Fitted {
  readonly asked: Asked;
  readonly question: Question;
  /** How many longer ones did not fit. */
  readonly cut: number;
}

/**
 * *Retries*: as whoever called it says, or when the error says (a place in the minute, `Retry-After`). Each request is counted in its row
 * first: `terms.callsMax` of them about one event, whatever is killed when; then it abstains.
 * *Idempotency*: by step. An answer, or an abstention by what came back, is given again from its row.
 * *Fails with*: LlmUnanswered `llm-away`, `llm-busy`; SignalboxError `database-away`; cancellation.
 */
export function createCallLlm({ pool, logger, llm, now, beginCall }: LlmDeps): (call: LlmCall) => Promise<LlmSaid> {
  if (llm === null) return async () => abstention('not-configured', null);
  const client = createLlmClient(llm);
  const inTurn = createTurns();
  const line = createWaitingLine();
  const warn = createWarnOperator(logger);
  const manners = createKnownManners(pool, llm);
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

  /** The longest version that fits into what the policy allows and the model holds; null: none does. */
  function fitted(call: LlmCall, model: string, { contextTokens }: Manner): Fitted | null {
    const { terms, promptVersion, tools } = call;
    const room = Math.min(terms.promptTokensMax, (contextTokens ?? Number.POSITIVE_INFINITY) - terms.answerTokensMax);
    for (const [cut, asked] of [call, ...(call.shorter ?? [])].entries()) {
      const question = createQuestion(model, { ...asked, promptVersion, tools, terms });
      if (question.cost(null).inputTokens <= room) return { asked, question, cut };
    }
    return null;
  }

  /** What it came to, and in what manner it is to be asked again; null: in no other. */
  async function ask(call: LlmCall, { model, manner }: Way, { fits: { asked, question }, admitted }: Sending): Promise<Sent> {
    const { terms, signal, tools } = call;
    const startedAt = performance.now();
    const span = beginCall?.(`chat ${model}`, {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': model,
      'server.address': new URL(llm?.baseUrl ?? '').hostname,
    });
    const wire = await client.ask(question.request(admitted, manner), { callMs: terms.callSeconds * 1000, signal });
    const other = 'fault' in wire ? withoutRefused(manner, wire.fault, llm?.baseUrl ?? '') : null;
    // what is looked up is paid with another request, which a nearly spent budget is not there for
    const expected = { answer: asked.answer, tools: admitted.tight ? [] : tools.map(({ name }) => name) };
    const ms = Math.round(performance.now() - startedAt);
    const ending = endingOf(wire, other !== null, { expected, price: terms.price, admitted, ms });
    span?.end(
      ending.cost === null
        ? { 'signalbox.llm.state': ending.state }
        : {
            'signalbox.llm.state': ending.state,
            'gen_ai.usage.input_tokens': ending.cost.inputTokens,
            'gen_ai.usage.output_tokens': ending.cost.outputTokens,
          },
      ending.state === 'failed' ? (ending.code ?? 'failed') : undefined,
    );
    const settled = await settleSurely({ ...call, ...{ number: admitted.number, model } }, ending);
    line.freed(model);
    warn(model, ending, settled);
    if (other !== null) await manners.keep(model, other);
    return { ending, settled, other };
  }

  /** In line with the others of this process, where all places are taken. */
  async function admitted(call: LlmCall, model: string, { question }: Fitted): Promise<Exclude<Admission, { turn: 'full' }>> {
    const { callsMax, reuseSeconds, budget, callSeconds, requestsAtOnce: placesMax = llm?.requestsAtOnce ?? 1 } = call.terms;
    const asking = {
      ...{ ...call, model, question: question.hash, callsMax, reuseSeconds, budget, callMs: callSeconds * 1000, placesMax },
      ...{
        limits: { requestsPerMinute: llm?.requestsPerMinute ?? null, tokensPerMinute: llm?.tokensPerMinute ?? null },
        cost: question.cost,
      },
    };
    const look = async () => {
      const admission = await inTurn(model, () => admit(log, asking));
      return admission.turn === 'full' ? null : admission;
    };
    const admission = await line.through(model, call, look, { giveUpMs: IN_LINE_MS, signal: call.signal });
    if (admission !== null) return admission;
    throw new LlmUnanswered('llm-busy', `${model} has as many requests under way as it may have`, BACK_IN_LINE_MS);
  }

  return async (given) => {
    const call = llm.price === null ? given : { ...given, terms: { ...given.terms, price: llm.price } };
    const { signal } = call;
    const model = call.terms.model ?? llm.model;
    const remembered = await manners.of(model);
    let manner = remembered;
    for (;;) {
      signal.throwIfAborted();
      if (call.tools.length > 0 && !manner.tools) return lookUpAll(call);
      const fits = fitted(call, model, manner);
      if (fits === null) return abstention('prompt-too-long', null);
      const admission = await admitted(call, model, fits);
      if (admission.turn === 'over') return saidByRow(admission.call, { ...call, ...fits.asked }, fits.cut);
      if (admission.turn === 'abstain') return abstention(admission.code, admission.call, admission.note);
      if (admission.turn === 'wait')
        throw new LlmUnanswered('llm-busy', `${model} takes no request now, as ${admission.why}`, admission.waitMs);
      const { ending, settled, other } = await ask(call, { model, manner }, { fits, admitted: admission });
      signal.throwIfAborted();
      manner = other ?? manner;
      // the answer is to be repaired, or asked for in another manner: another request, admitted like the first
      if (settled.call.state === 'off-schema' || (other !== null && !admission.last)) continue;
      // what was left out had nothing to do with it
      if (settled.call.code === 'rejected' && manner !== remembered) await manners.keep(model, remembered);
      if (settled.call.state !== 'failed') return saidByRow(settled.call, { ...call, ...fits.asked }, fits.cut);
      if (admission.last) return abstention('calls-spent', settled.call);
      throw failedCall(model, ending);
    }
  };
}

interface Way {
  readonly model: string;
  readonly manner: Manner;
}

interface Sending {
  readonly fits: Fitted;
  readonly admitted: Admitted;
}

interface Sent {
  readonly ending: Ending;
  readonly settled: Settled;
  readonly other: Manner | null;
}

const lookUpAll = ({ tools }: { tools: readonly { name: string }[] }): LlmSaid => ({
  kind: 'tools',
  calls: tools.map(({ name }, nth) => ({ id: `call_${nth + 1}`, name, arguments: '{}' })),
  call: null,
});

function failedCall(model: string, { code, note, pauseMs }: Ending): LlmUnanswered {
  const said = `${model}: ${code}${note === null ? '' : `: ${note}`}`;
  return new LlmUnanswered(code === 'http-429' ? 'llm-busy' : 'llm-away', said, pauseMs ?? undefined);
}
