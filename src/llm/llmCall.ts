/** A call to an LLM: what it is made of, how it is written down, and what its row says to whoever asked. */
import { z } from 'zod';
import { type ErrorCode, SignalboxError } from '../domain/errors.ts';
import type { Json } from '../domain/event.ts';
import type { LlmRung } from '../policy/ladderPolicy.ts';
import type { Admitted } from './record/admit.ts';
import type { KeptCall } from './record/calls.ts';
import type { Ending } from './record/settle.ts';
import { LLM_ABSTENTIONS, type LlmAbstention } from './wire/abstentions.ts';
import type { Wire } from './wire/client.ts';
import { type LlmTool, nanoUsd, type Words } from './wire/question.ts';
import { type Expected, fits, type Reading, readAnswer, readUsage, type ToolCall } from './wire/readAnswer.ts';
import { HEALTH, type WireFault } from './wire/wireFault.ts';

/** A question and the form of its answer. */
export interface Asked {
  readonly words: Words;
  /** Strict; sent as the schema of the answer, which is parsed by it. Its own choices (a text of a list) are told from other errors. */
  readonly answer: z.ZodObject;
}

export interface LlmCall extends Asked {
  readonly tenant: string;
  readonly flow: string;
  readonly eventPosition: number;
  readonly subject: string;
  /** Names the question within its event: the same step again gives the recorded answer, never a second one. */
  readonly step: string;
  readonly terms: LlmRung;
  readonly promptVersion: string;
  /** The same with less and less of what could be left out, for a model that the whole does not fit into. */
  readonly shorter?: readonly Asked[];
  /** Offered; [] is none. */
  readonly tools: readonly LlmTool[];
  /** Nobody wants the answer later than this: what could be over by then is waited for. */
  readonly untilMs: number;
  /** What is at stake: where several wait for a place until about the same time, the most goes first. */
  readonly value: number;
  /** Nobody wants the answer any more: the request is dropped. */
  readonly signal: AbortSignal;
}

export interface CallRecord {
  readonly id: string;
  readonly model: string;
  readonly promptVersion: string;
  readonly requestId: string | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number;
  readonly ms: number;
  /** Answered from the record of an identical question. */
  readonly reused: boolean;
  /** The budget was at or above `tight.fromShare`. */
  readonly tight: boolean;
}

export type LlmSaid =
  | {
      readonly kind: 'answer';
      readonly value: unknown;
      readonly call: CallRecord /** How many of `shorter` were passed over. */;
      readonly cut: number;
    }
  /** Wants to look up; without a call: the server takes no tools, and all of them are to be looked up. */
  | { readonly kind: 'tools'; readonly calls: readonly ToolCall[]; readonly call: CallRecord | null }
  | { readonly kind: 'abstained'; readonly code: LlmAbstention; readonly why: string; readonly call: CallRecord | null };

/** No answer yet: trying again may bring one, `waitMs` from now where that is known. */
export class LlmUnanswered extends SignalboxError {
  readonly waitMs: number | undefined;

  constructor(code: Extract<ErrorCode, 'llm-away' | 'llm-busy'>, message: string, waitMs?: number) {
    super(code, message);
    this.waitMs = waitMs;
  }
}

interface Terms {
  readonly expected: Expected;
  readonly price: LlmRung['price'];
  readonly admitted: Admitted;
  readonly ms: number;
}

const FREE = { inputTokens: 0, outputTokens: 0, nanoUsd: 0 };

type Outcome = Pick<Ending, 'state' | 'code' | 'note' | 'answer'>;

const outcome = (state: Ending['state'], { code = null, note = null, answer = null }: Partial<Outcome> = {}): Outcome => ({
  ...{ state, code, note, answer },
});

/** `http-400 invalid_request_error: the server's own sentence`. */
const noteOf = (words: readonly (string | null)[], sentence: string | null): string | null =>
  [words.filter((word) => word !== null).join(' '), sentence ?? ''].filter((text) => text !== '').join(': ') || null;

function byFault({ kind, code, said, sentence, about }: WireFault, learned: boolean): Outcome {
  const note = noteOf([code, said], sentence);
  // the same question once more, without what was refused
  if (learned) return outcome('failed', { code, note: noteOf([said], sentence) });
  switch (kind) {
    case 'again':
    case 'busy':
      return outcome('failed', { code, note: noteOf([said], sentence) });
    case 'cancelled':
      return outcome('cancelled', { code });
    case 'quota':
      return outcome('abstained', { code: 'quota-spent', note });
    case 'filtered':
      return outcome('abstained', { code: 'filtered', note });
    case 'rejected':
      return outcome('abstained', { code: about === 'context' ? 'prompt-too-long' : 'rejected', note });
    case 'too-large':
      return outcome('abstained', { code: 'too-large' });
  }
}

function byReading(reading: Reading, { wrong, tight, last }: Admitted): Outcome {
  switch (reading.kind) {
    case 'answer':
      return outcome('answered', { answer: JSON.stringify({ value: reading.value }) });
    case 'tools':
      return outcome('answered', { answer: JSON.stringify({ calls: reading.calls }) });
    case 'abstained':
      return outcome('abstained', { code: reading.code });
    case 'off-schema':
      // one repair, where there is room and money for it
      return wrong === null && !tight && !last
        ? outcome('off-schema', { code: 'off-schema', note: reading.wrong })
        : outcome('abstained', { code: 'off-schema', note: reading.wrong });
  }
}

/** How a request is written down, from what came back over the wire. `learned`: it is asked again in another manner. */
export function endingOf(wire: Wire, learned: boolean, { expected, price, admitted, ms }: Terms): Ending {
  if ('fault' in wire) {
    const { kind, free, pauseMs, requestId } = wire.fault;
    return { ...byFault(wire.fault, learned), cost: free ? FREE : null, health: HEALTH[kind], ms, pauseMs, requestId };
  }
  const usage = readUsage(wire.completion, admitted.reserved);
  const cost = usage === null ? null : { ...usage, nanoUsd: nanoUsd(usage.inputTokens, usage.outputTokens, price) };
  const reading = readAnswer(wire.completion, expected);
  return { ...byReading(reading, admitted), cost, health: 'well', ms, pauseMs: null, requestId: wire.requestId };
}

/** As `endingOf` writes it. */
const kept = z.union([
  z.object({ value: z.json() }),
  z.object({ calls: z.array(z.object({ id: z.string(), name: z.string(), arguments: z.string() })) }),
]);

function recordOf({ id, model, promptVersion, requestId, inputTokens, outputTokens, costUsd, ms, tight, reused }: KeptCall): CallRecord {
  return { id, model, promptVersion, requestId, inputTokens, outputTokens, costUsd, ms, reused: reused !== null, tight };
}

const isAbstention = (code: string | null): code is LlmAbstention => code !== null && Object.hasOwn(LLM_ABSTENTIONS, code);

/** `note`: what more is known than the call's row says. */
export function abstention(code: LlmAbstention, call: KeptCall | null, note: string | null = null): LlmSaid {
  const told =
    call?.code === code ? call.note : code === 'calls-spent' && call?.code ? `the last: ${noteOf([call.code], call.note)}` : note;
  const why = `${LLM_ABSTENTIONS[code]}${told === null ? '' : ` (${told})`}`;
  return { kind: 'abstained', code, why, call: call === null ? null : recordOf(call) };
}

/** The same whether it was written just now or by a worker that is gone. An answer that was kept under other terms counts only where it fits those of now. */
export function saidByRow(row: KeptCall, { answer, tools }: Pick<LlmCall, 'answer' | 'tools'>, cut: number): LlmSaid {
  if (row.answer === null) {
    if (!isAbstention(row.code)) throw new Error(`Cannot tell what ${row.id} says, as its code is ${row.code}`);
    return abstention(row.code, row);
  }
  const said = kept.parse(JSON.parse(row.answer));
  const call = recordOf(row);
  if ('calls' in said) {
    const offered = said.calls.every(({ name }) => tools.some((tool) => tool.name === name));
    return offered ? { kind: 'tools', calls: said.calls, call } : abstention('tool-not-offered', row);
  }
  const reading = fits(said.value as Json, answer);
  if (reading.kind === 'answer') return { kind: 'answer', value: reading.value, call, cut };
  return abstention(reading.kind === 'abstained' ? reading.code : 'off-schema', row);
}
