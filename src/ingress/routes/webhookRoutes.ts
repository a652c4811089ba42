/** POST /v1/webhooks/{source}: a provider's own request. It needs no key: its signature says who sent it. */
import type { Request, RequestHandler } from 'express';
import { z } from 'zod';
import { SignalboxError } from '../../domain/errors.ts';
import { webhookParam } from '../../wire/params.ts';
import { receipt } from '../../wire/receipt.ts';
import { webhookReceiptExample } from '../../wire/webhookExamples.ts';
import { sendJson } from '../http/answer.ts';
import { BODY_BYTES_MAX, readBody } from '../http/readBody.ts';
import { originAllowed } from '../webhooks/handshake.ts';
import { type Hook, Hooks } from '../webhooks/hooks.ts';
import { type Taken, takeWebhook } from '../webhooks/takeWebhook.ts';
import { resultOfRefusal } from '../webhooks/webhookTally.ts';
import type { IngressDeps } from './ingressDeps.ts';
import { type Route, route } from './route.ts';

const hooksOfDeps = new WeakMap<IngressDeps, Hooks>();

/** One memory for all routes of an ingress. */
export function hooksOf(deps: IngressDeps): Hooks {
  const known = hooksOfDeps.get(deps) ?? new Hooks(deps.pool, deps);
  hooksOfDeps.set(deps, known);
  return known;
}

export const WEBHOOK_PATH = '/v1/webhooks/:source';

/** A provider's own request, or its question if it may send. */
export const isWebhook = ({ method, path }: Pick<Request, 'method' | 'path'>): boolean =>
  (method === 'POST' || method === 'OPTIONS') && /^\/v1\/webhooks\/[^/]+\/?$/.test(path);

export const webhookRoute: Route = route({
  method: 'POST',
  path: WEBHOOK_PATH,
  id: 'takeWebhook',
  tag: 'webhooks',
  summary:
    "A provider's own request, verified by its signature over the bytes as they came. 202 is durable; the same delivery again gets its first receipt. A body that no mapping takes is kept under `<source>.<its type>`.",
  scopes: [],
  params: { source: webhookParam },
  query: 'any',
  body: {
    content: { '*/*': { schema: z.unknown(), example: { type: 'charge.dispute.created' }, bytesMax: BODY_BYTES_MAX } },
  },
  answers: {
    200: {
      description: "The answer to a provider's handshake",
      schema: z.object({ challenge: z.string() }),
      example: { challenge: 'c-1' },
    },
    202: {
      description: 'Accepted: a receipt',
      schema: receipt,
      example: webhookReceiptExample,
      headers: { Location: 'The event', 'Idempotent-Replayed': '`true` for a repeat' },
    },
  },
  handler: (deps) => {
    const hooks = hooksOf(deps);
    const take = async (hook: Hook, request: Request): Promise<Taken> => {
      // what is signed is what came: inflating it would verify other bytes
      if ((request.headers['content-encoding'] ?? 'identity') !== 'identity')
        throw new SignalboxError('unsupported-media', 'Cannot verify a compressed body: send it as it is');
      const body = await readBody(request, BODY_BYTES_MAX);
      return takeWebhook(deps, hook, { headers: request.headers, body }, Date.now());
    };
    return async ({ request, response, params: { source = '' } }) => {
      // names that nobody added are not counted: they would be labels of a stranger's choosing
      const hook = await hooks.find(source);
      const taken = await take(hook, request).catch((error: unknown) => {
        deps.countWebhook(source, resultOfRefusal(error));
        throw error;
      });
      deps.countWebhook(source, taken.result);
      if ('handshake' in taken) return sendJson(response, 200, taken.handshake);
      sendJson(response, 202, taken.receipt, {
        Location: taken.receipt.links.event,
        ...(taken.receipt.duplicate === true ? { 'Idempotent-Replayed': 'true' } : {}),
      });
    };
  },
});

/** OPTIONS, as CloudEvents' webhooks ask whether they may send; the status alone means nothing. */
export function answerOptions(deps: IngressDeps): RequestHandler {
  const hooks = hooksOf(deps);
  return async (request, response) => {
    const origin = request.headers['webhook-request-origin'];
    const { settings } = await hooks.find(String(request.params.source));
    response.setHeader('Allow', 'POST');
    if (typeof origin === 'string' && originAllowed(settings, origin)) {
      response.setHeader('WebHook-Allowed-Origin', origin);
      response.setHeader('WebHook-Allowed-Rate', '*');
    }
    response.writeHead(204).end();
  };
}
