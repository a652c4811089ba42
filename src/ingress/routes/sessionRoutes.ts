/** Who asks, and what they may; a browser signs in with a key, which a cookie keeps. */
import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { type Caller, SCOPES } from '../../domain/caller.ts';
import { SignalboxError } from '../../domain/errors.ts';
import { findKey, hashKey } from '../../log/keys.ts';
import { me, meExample, signedOut, signIn } from '../../wire/session.ts';
import { cookieKey, proofOfKey, setCookie } from '../http/cookieKey.ts';
import { jsonBody } from '../http/jsonBody.ts';
import type { IngressDeps } from './ingressDeps.ts';
import { type Route, route } from './route.ts';

const NOT_KEPT = { 'Cache-Control': 'no-store' };

function shown(caller: Caller, { SIGNALBOX_AUTH: auth }: IngressDeps['config'], key: string | null): z.input<typeof me> {
  const { tenant, actor, scopes, roles } = caller;
  return {
    auth,
    tenant,
    actor,
    scopes: [...scopes],
    roles: roles === null ? null : [...roles],
    csrf: key === null ? null : proofOfKey(key),
  };
}

const sessionOf = (request: IncomingMessage): string | null => (request.headers.authorization === undefined ? cookieKey(request) : null);

export const sessionRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/me',
    id: 'getMe',
    tag: 'operations',
    summary: 'Who asks, and what they may',
    scopes: SCOPES,
    answers: { 200: { description: 'You', schema: me, example: meExample } },
    handler:
      ({ config }) =>
      ({ request, caller, send }) =>
        send(200, shown(caller, config, config.SIGNALBOX_AUTH === 'off' ? null : sessionOf(request)), NOT_KEPT),
  }),
  route({
    method: 'POST',
    path: '/v1/session',
    id: 'signIn',
    tag: 'operations',
    summary: 'Sign a browser in: a cookie that no script reads keeps the key',
    scopes: [],
    body: jsonBody(signIn, { what: 'a key', code: 'bad-request', example: { key: 'sbx_the-key-that-keys-create-printed' } }),
    answers: { 200: { description: 'Who you are', schema: me, example: meExample, headers: { 'Set-Cookie': 'Keeps the key' } } },
    handler:
      ({ pool, config }) =>
      async ({ request, response, body: { key }, send }) => {
        const holder = await findKey(pool, hashKey(key));
        if (holder === null) throw new SignalboxError('unauthenticated', 'No such key, or one that was revoked');
        const { tenant, name: actor, scopes, roles, rate } = holder;
        response.setHeader('Set-Cookie', setCookie(request, key, config.SIGNALBOX_PUBLIC_URL));
        send(200, shown({ tenant, actor, scopes, roles, rate }, config, key), NOT_KEPT);
      },
  }),
  route({
    method: 'POST',
    path: '/v1/session/end',
    id: 'signOut',
    tag: 'operations',
    summary: 'Sign a browser out: the cookie is gone',
    scopes: [],
    answers: {
      200: { description: 'It is', schema: signedOut, example: { signedOut: true }, headers: { 'Set-Cookie': 'Takes the key away' } },
    },
    handler:
      ({ config }) =>
      ({ request, response, send }) => {
        response.setHeader('Set-Cookie', setCookie(request, null, config.SIGNALBOX_PUBLIC_URL));
        send(200, { signedOut: true }, NOT_KEPT);
      },
  }),
];
