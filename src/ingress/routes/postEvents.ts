/** POST /v1/events: reads the request, has its events accepted, and says so in HTTP. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Caller } from '../../domain/caller.ts';
import { ERRORS, SignalboxError } from '../../domain/errors.ts';
import type { Accept, Accepted } from '../accept/accept.ts';
import { receiptText } from '../accept/receiptText.ts';
import { modeOf, parseRequest } from '../cloudevents/parse.ts';
import { sendJson, sendText } from '../http/answer.ts';
import { waitSeconds } from '../http/prefer.ts';
import { problemOf } from '../http/problem.ts';
import { BATCH_BYTES_MAX, BODY_BYTES_MAX, readBody } from '../http/readBody.ts';

/** Marks a request's events as history: folded and decided, but no case opens and nothing is done. */
const AS_HISTORY = 'signalbox-as-history';

type Result = Accepted | SignalboxError;

/** Answers; what it throws is for the caller to refuse with. */
export type PostEvents = (request: IncomingMessage, response: ServerResponse, caller: Caller) => Promise<void>;

export function createPostEvents({ admit, accept, final }: Accept): PostEvents {
  return async (request, response, caller) => {
    const mode = modeOf(request.headers);
    const options = { history: request.headers[AS_HISTORY] === 'true' };
    admit(caller, options);
    const body = await readBody(request, mode === 'batch' ? BATCH_BYTES_MAX : BODY_BYTES_MAX);
    const parsed = parseRequest(request.headers, request.rawHeaders, body);
    if (parsed.mode === 'batch') {
      sendText(response, 202, batchText(await accept(parsed.items, caller, options)));
      return;
    }
    const [result] = await accept([parsed.event], caller, options);
    if (result === undefined || result instanceof SignalboxError) throw result ?? new SignalboxError('internal');
    const seconds = waitSeconds(request.headers.prefer as string | undefined);
    const receipt = seconds === null ? result.receipt : await final(result, seconds * 1000);
    const decided = receipt.decision !== null && !receipt.decision.provisional;
    sendJson(response, seconds !== null && decided ? 200 : 202, receipt, {
      Location: receipt.links.event,
      ...(seconds === null ? {} : { 'Preference-Applied': `wait=${seconds}` }),
      ...(receipt.duplicate === true ? { 'Idempotent-Replayed': 'true' } : {}),
    });
  };
}

function batchText(results: readonly Result[]): string {
  if (results.length > 0 && results.every((result) => result instanceof SignalboxError)) throw noneAccepted(results);
  return `{"results":[${results.map(resultText).join(',')}]}`;
}

function resultText(result: Result): string {
  if (result instanceof SignalboxError) return JSON.stringify(rejected(result));
  const { receipt, answer } = result;
  return answer.result === 'accepted' ? receiptText(receipt, answer) : JSON.stringify(receipt);
}

const rejected = (error: SignalboxError): object => ({ status: 'rejected', problem: problemOf(error) });

/**
 * Was a good one refused for want of something here, that is the answer: of 422 a caller would learn that trying again does not help, and
 * drop it. Else what each was refused for.
 */
function noneAccepted(errors: readonly SignalboxError[]): SignalboxError {
  const ours = errors.find(({ code }) => ERRORS[code].status >= 500);
  return ours ?? new SignalboxError('none-accepted', undefined, { more: { results: errors.map(rejected) } });
}
