/** The endpoints that providers post to: adding, listing, changing secrets and mappings, trying what a body would become. */
import { SignalboxError } from '../../domain/errors.ts';
import { ofWebhook } from '../../log/door/seals.ts';
import {
  addWebhook,
  findWebhook,
  type KeptWebhook,
  listWebhooks,
  rotateSecret,
  setWebhookMapping,
  setWebhookState,
} from '../../log/door/webhooks.ts';
import { pageExample, pageQuery } from '../../wire/list.ts';
import { webhookParam } from '../../wire/params.ts';
import * as wire from '../../wire/webhook.ts';
import { webhookExample, webhookMadeExample, webhookTriedExample } from '../../wire/webhookExamples.ts';
import { writeCursor } from '../http/cursor.ts';
import { jsonBody } from '../http/jsonBody.ts';
import { toListQuery } from '../http/listQuery.ts';
import { isMapping, readMapping } from '../mapping/mapping.ts';
import { hookOf } from '../webhooks/hooks.ts';
import { secretFor } from '../webhooks/secretFor.ts';
import { shownWebhooks } from '../webhooks/shownWebhooks.ts';
import { tryWebhook } from '../webhooks/tryWebhook.ts';
import type { IngressDeps } from './ingressDeps.ts';
import { type Route, route } from './route.ts';
import { hooksOf } from './webhookRoutes.ts';

const noWebhook = (source: string): SignalboxError => new SignalboxError('not-found', `There is no webhook ${source}`);

async function stored({ pool, tenant }: IngressDeps, source: string): Promise<KeptWebhook> {
  const found = await findWebhook(pool, tenant, source);
  if (found === null) throw noWebhook(source);
  return found;
}

async function shown(deps: IngressDeps, source: string): Promise<wire.Webhook> {
  const [one] = await shownWebhooks(deps, [await stored(deps, source)]);
  return one as wire.Webhook;
}

function assertMapping(text: string | null | undefined): void {
  if (text == null) return;
  const read = readMapping(text);
  if (!isMapping(read)) throw new SignalboxError('bad-mapping', undefined, { errors: read });
}

const params = { source: webhookParam };
const { secret: _made, ...toldExample } = webhookMadeExample;

export const webhookAdminRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/webhooks',
    id: 'listWebhooks',
    tag: 'webhooks',
    summary: 'Endpoints that providers post to; no secret is told',
    scopes: ['read'],
    query: pageQuery,
    answers: { 200: { description: 'A page', schema: wire.webhookList, example: pageExample(webhookExample) } },
    handler:
      ({ pool, tenant }) =>
      async ({ query, send }) => {
        const { after, limit } = toListQuery(query);
        const [read] = after.keys();
        const { webhooks, more } = await listWebhooks(pool, tenant, { ...(read === undefined ? {} : { after: read }), limit });
        const last = webhooks.at(-1)?.source ?? read;
        send(200, {
          items: await shownWebhooks({ pool, tenant }, webhooks),
          next: writeCursor(new Map(last === undefined ? [] : [[last, 1]])),
          more,
        });
      },
  }),
  route({
    method: 'POST',
    path: '/v1/webhooks',
    id: 'addWebhook',
    tag: 'webhooks',
    summary: 'Add an endpoint: a name, a provider, the secret it signs with',
    scopes: ['admin'],
    body: jsonBody(wire.webhookRequest, {
      what: 'a webhook',
      code: 'bad-request',
      example: { source: 'stripe', provider: 'stripe', secret: 'whsec_of-the-dashboard' },
    }),
    answers: { 201: { description: 'It is there', schema: wire.webhookMade, example: webhookMadeExample } },
    handler: (deps) => {
      const hooks = hooksOf(deps);
      return async ({ caller, body: { source, provider, secret: given, mapping, settings = {} }, send }) => {
        assertMapping(mapping);
        const flow = deps.flows.find(({ types, follows = {} }) =>
          Object.keys({ ...types, ...follows }).some((type) => type.startsWith(`${source}.`)),
        );
        if (flow !== undefined)
          throw new SignalboxError('bad-request', undefined, {
            errors: [
              {
                pointer: '/source',
                detail: `must not be how types of the flow ${flow.name} begin: what no mapping takes would look like one`,
              },
            ],
          });
        const { secret, made } = secretFor(provider, given);
        const { tenant, pool, seals } = deps;
        const added = {
          ...{ tenant, source, provider, settings: JSON.stringify(settings), mapping: mapping ?? null, createdBy: caller.actor },
          sealed: seals.seal(secret, ofWebhook(tenant, source)),
        };
        if (!(await addWebhook(pool, added))) throw new SignalboxError('taken', `There is a webhook ${source} already`);
        hooks.forget(source);
        send(201, { ...(await shown(deps, source)), secret: made ? secret : null });
      };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/webhooks/:source/rotate',
    id: 'rotateWebhookSecret',
    tag: 'webhooks',
    summary: 'Take a further secret; those before it stay valid for a day unless told',
    scopes: ['admin'],
    params,
    body: jsonBody(wire.rotateRequest, { what: 'a secret', code: 'bad-request', example: { keepHours: 24 } }),
    answers: { 200: { description: 'Both are valid', schema: wire.webhookMade, example: webhookMadeExample } },
    handler: (deps) => {
      const hooks = hooksOf(deps);
      return async ({ params: { source = '' }, body: { secret: given, keepHours = 24 }, send }) => {
        const { provider } = await stored(deps, source);
        const { secret, made } = secretFor(provider, given);
        const { tenant, pool, seals } = deps;
        const sealed = seals.seal(secret, ofWebhook(tenant, source));
        if (!(await rotateSecret(pool, { tenant, source, sealed, keepHours }))) throw noWebhook(source);
        hooks.forget(source);
        send(200, { ...(await shown(deps, source)), secret: made ? secret : null });
      };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/webhooks/:source/mapping',
    id: 'setWebhookMapping',
    tag: 'webhooks',
    summary: 'Use another mapping from now on',
    scopes: ['admin'],
    params,
    body: jsonBody(wire.mappingRequest, { what: 'a mapping', code: 'bad-request', example: { mapping: 'rules: []\n' } }),
    answers: { 200: { description: 'It is used', schema: wire.webhook, example: toldExample } },
    handler: (deps) => {
      const hooks = hooksOf(deps);
      return async ({ params: { source = '' }, body: { mapping }, send }) => {
        assertMapping(mapping);
        if (!(await setWebhookMapping(deps.pool, { tenant: deps.tenant, source, mapping }))) throw noWebhook(source);
        hooks.forget(source);
        send(200, await shown(deps, source));
      };
    },
  }),
  ...(['disable', 'enable'] as const).map((what) =>
    route({
      method: 'POST',
      path: `/v1/webhooks/:source/${what}`,
      id: `${what}Webhook`,
      tag: 'webhooks',
      summary: what === 'disable' ? 'Take nothing more from it: 404 to whoever posts there' : 'Take its requests again',
      scopes: ['admin'],
      params,
      answers: { 200: { description: 'It is so', schema: wire.webhook, example: toldExample } },
      handler: (deps) => {
        const hooks = hooksOf(deps);
        return async ({ params: { source = '' }, send }) => {
          if (!(await setWebhookState(deps.pool, { tenant: deps.tenant, source, disabled: what === 'disable' }))) throw noWebhook(source);
          hooks.forget(source);
          send(200, await shown(deps, source));
        };
      },
    }),
  ),
  route({
    method: 'POST',
    path: '/v1/webhooks/:source/test',
    id: 'testWebhook',
    tag: 'webhooks',
    summary: 'Tell what a body would become; nothing is stored',
    scopes: ['admin'],
    params,
    body: jsonBody(wire.webhookTestRequest, { what: 'a try', code: 'bad-request', example: {} }),
    answers: { 200: { description: 'It would become this', schema: wire.webhookTried, example: webhookTriedExample } },
    handler:
      (deps) =>
      async ({ params: { source = '' }, body: { body, headers = {} }, send }) => {
        const hook = hookOf(await stored(deps, source), deps);
        const tried = await tryWebhook(deps.flows, hook, { body, headers });
        const flow = deps.flows.find(({ types }) => Object.hasOwn(types, String(tried.cloudevent.type)));
        send(200, { ...tried, flow: tried.fault === null ? (flow?.name ?? null) : null });
      },
  }),
];
