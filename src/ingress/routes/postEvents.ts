/** POST /v1/events: reads the request, has its events accepted, and says so in HTTP. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Caller } from '../../domain/caller.ts';
import { ERRORS, SignalboxError } from '../../domain/errors.ts';
import { cloudEvent, cloudEventBatch, eventData } from '../../wire/event.ts';
import { batchExample, cloudEventExample, decidedExample, receiptExample } from '../../wire/examples.ts';
import { accepted, receipt } from '../../wire/receipt.ts';
import type { Accept, Accepted } from '../accept/accept.ts';
import { receiptText } from '../accept/receiptText.ts';
import { modeOf, parseRequest } from '../cloudevents/parseRequest.ts';
import { sendJson, sendText } from '../http/answer.ts';
import { waitSeconds } from '../http/prefer.ts';
import { problemOf } from '../http/problem.ts';
import { BATCH_BYTES_MAX, BODY_BYTES_MAX, readBody } from '../http/readBody.ts';
import { route } from './route.ts';

/** Marks a request's events as history: folded and decided, but no case opens and nothing is done. */
const AS_HISTORY = 'signalbox-as-history';

type Result = Accepted | SignalboxError;

/** Answers; what it throws is for the caller to refuse with. */
export type PostEvents = (request: IncomingMessage, response: ServerResponse, caller: Caller) => Promise<void>;

/** Most of what comes in, so the listener answers it before Express sees it: see docs/decisions/0012. */
export const postEventsRoute = route({
  method: 'POST',
  path: '/v1/events',
  id: 'sendEvents',
  tag: 'events',
  summary:
    'Accept one CloudEvent or a batch: structured, binary (`ce-` headers) or batch mode. A 2xx is durable. The type `decision.outcome` (data: DecisionOutcome) labels a decision of any flow.',
  scopes: ['events:write'],
  headers: {
    Prefer: '`wait=N`: wait up to N seconds (60 at most) for the final decision',
    'Signalbox-As-History': '`true`: fold and decide, but open no case and do nothing (scope admin)',
  },
  body: {
    content: {
      'application/cloudevents+json': { schema: cloudEvent, example: cloudEventExample, bytesMax: BODY_BYTES_MAX },
      'application/cloudevents-batch+json': {
        schema: cloudEventBatch,
        example: [cloudEventExample, { ...cloudEventExample, id: 'p-2' }],
        bytesMax: BATCH_BYTES_MAX,
      },
      '*/*': { schema: eventData, example: cloudEventExample.data, bytesMax: BODY_BYTES_MAX },
    },
  },
  answers: {
    200: {
      description: 'The final decision came within `Prefer: wait`',
      schema: receipt,
      example: decidedExample,
      headers: { Location: 'The event', 'Preference-Applied': 'How long was waited at most', 'Idempotent-Replayed': '`true` for a repeat' },
    },
    202: {
      description: 'Accepted: a receipt; for a batch, `results` in order',
      schema: accepted,
      example: receiptExample,
      otherExamples: { batch: batchExample },
      headers: { Location: 'The event', 'Preference-Applied': 'How long was waited at most', 'Idempotent-Replayed': '`true` for a repeat' },
    },
  },
  handler: ({ accepting }) => {
    const post = createPostEvents(accepting);
    return ({ request, response, caller }) => post(request, response, caller);
  },
});

export function createPostEvents({ admit, accept, final }: Accept): PostEvents {
  return async (request, response, caller) => {
    const mode = modeOf(request.headers);
    const options = { history: request.headers[AS_HISTORY] === 'true', request };
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
    const told = seconds === null ? result.receipt : await final(result, seconds * 1000);
    const decided = told.decision !== null && !told.decision.provisional;
    sendJson(response, seconds !== null && decided ? 200 : 202, told, {
      Location: told.links.event,
      ...(seconds === null ? {} : { 'Preference-Applied': `wait=${seconds}` }),
      ...(told.duplicate === true ? { 'Idempotent-Replayed': 'true' } : {}),
    });
  };
}

function batchText(results: readonly Result[]): string {
  if (results.length > 0 && results.every((result) => result instanceof SignalboxError)) throw noneAccepted(results);
  return `{"results":[${results.map(resultText).join(',')}]}`;
}

function resultText(result: Result): string {
  if (result instanceof SignalboxError) return JSON.stringify(rejected(result));
  const { answer } = result;
  return answer.result === 'accepted' ? receiptText(result.receipt, answer) : JSON.stringify(result.receipt);
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
