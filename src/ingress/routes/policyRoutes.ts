/** Policies of the flows: which held when, their texts, and switching one on. */

import { isUtf8 } from 'node:buffer';
import { type Request, Router } from 'express';
import { SignalboxError } from '../../domain/errors.ts';
import type { Flow } from '../../domain/flow.ts';
import { POLICY_BYTES_MAX } from '../../domain/policyBytesMax.ts';
import { OUR_WORDS, shapeFaults } from '../../domain/shapeFaults.ts';
import { activatePolicy, type PolicyChange, tryPolicy } from '../../log/activatePolicy.ts';
import { readActivations, readPolicy } from '../../log/read/policies.ts';
import { policyContent } from '../../policy/policy.ts';
import { asFieldError } from '../../policy/policyLint.ts';
import { pageQuery } from '../../wire/list.ts';
import { policyQuery, policyRequest } from '../../wire/policy.ts';
import { decodeUtf8, parseJson } from '../cloudevents/jsonText.ts';
import { type MediaType, parseMediaType } from '../cloudevents/mediaType.ts';
import { allowOnly } from '../http/allowOnly.ts';
import { sendJson } from '../http/answer.ts';
import { type Authenticate, callerOf } from '../http/authenticate.ts';
import { writeCursor } from '../http/cursor.ts';
import { readListQuery } from '../http/listQuery.ts';
import { noSuchFlow } from '../http/notFound.ts';
import { BODY_BYTES_MAX, readBody } from '../http/readBody.ts';
import type { IngressDeps } from './ingressDeps.ts';

const YAML = new Set(['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml']);

interface SentPolicy {
  readonly text: string;
  readonly note: string | null;
}

/** No form of another site can send one of these types without asking first. */
async function readSent(request: Request): Promise<SentPolicy> {
  const media = parseMediaType(request.headers['content-type'] ?? '');
  if (media?.json === true) return readSentJson(request);
  if (media === null || !isYaml(media))
    throw new SignalboxError('unsupported-media', 'A policy is sent as application/yaml in utf-8, or as application/json');
  const body = await readBody(request, POLICY_BYTES_MAX);
  if (!isUtf8(body)) throw new SignalboxError('bad-policy', 'The text is not UTF-8');
  return { text: body.toString('utf8'), note: null };
}

function isYaml({ essence, charset }: MediaType): boolean {
  return YAML.has(essence) && (charset === null || charset === 'utf-8');
}

async function readSentJson(request: Request): Promise<SentPolicy> {
  const { value } = parseJson(decodeUtf8(await readBody(request, BODY_BYTES_MAX)));
  const parsed = policyRequest.safeParse(value, OUR_WORDS);
  if (parsed.success) return { text: parsed.data.text, note: parsed.data.note ?? null };
  const errors = shapeFaults(policyRequest, parsed.error);
  throw new SignalboxError('bad-policy', 'Cannot read a policy from this body', { errors });
}

/** `If-Match: "fraud@0123456789ab"`; an ETag that we never gave is a version that is not active. */
function ifMatchOf(header: string | undefined): { ifMatch?: string } {
  if (header === undefined || header.trim() === '*') return {};
  if (header.includes(',')) throw new SignalboxError('bad-request', 'Cannot compare with more than one ETag');
  return { ifMatch: /^\s*"([^"]{1,100})"\s*$/.exec(header)?.[1] ?? '' };
}

function isDry(query: unknown): boolean {
  const parsed = policyQuery.safeParse(query, OUR_WORDS);
  if (parsed.success) return parsed.data.dry === 'true';
  const errors = shapeFaults(policyQuery, parsed.error);
  throw new SignalboxError('bad-query', 'Cannot read the query: only dry=true or dry=false', { errors });
}

const shown = ({ warnings, ...change }: PolicyChange): object => ({ ...change, warnings: warnings.map(asFieldError) });

export function policyRoutes({ pool, flows }: IngressDeps, authenticate: Authenticate): Router {
  const router = Router();

  function flowNamed(name: unknown): Flow {
    const flow = flows.find((one) => one.name === name);
    if (flow === undefined) throw noSuchFlow();
    return flow;
  }

  router.get('/v1/flows/:flow/policies', authenticate('read'), async (request, response) => {
    const { name: flow } = flowNamed(request.params.flow);
    const { after, limit } = readListQuery(pageQuery, request.query);
    const from = after.get(flow) ?? 0;
    const { activations, more } = await readActivations(pool, { tenant: callerOf(response).tenant, flow }, { after: from, limit });
    const next = writeCursor(new Map([[flow, activations.at(-1)?.position ?? from]]));
    sendJson(response, 200, { items: activations, next, more });
  });

  router.get('/v1/flows/:flow/policies/:version', authenticate('read'), async (request, response) => {
    const { name: flow } = flowNamed(request.params.flow);
    const version = String(request.params.version);
    const of = { tenant: callerOf(response).tenant, flow };
    // the database holds no U+0000, so no policy's name does
    const stored = version.includes('\u0000') ? null : await readPolicy(pool, of, version === 'active' ? null : version);
    if (stored === null) throw new SignalboxError('not-found', `${flow} never had such a policy`);
    sendJson(response, 200, { ...stored, flow, content: policyContent(flow, stored.text) }, { ETag: `"${stored.version}"` });
  });

  router.post('/v1/flows/:flow/policies', authenticate('admin'), async (request, response) => {
    const flow = flowNamed(request.params.flow);
    const dry = isDry(request.query);
    const { tenant, actor } = callerOf(response);
    const wanted = { tenant, flow, actor, ...ifMatchOf(request.headers['if-match']), ...(await readSent(request)) };
    const change = await (dry ? tryPolicy : activatePolicy)(pool, wanted);
    const { version, changed } = change;
    const headers = { Location: `/v1/flows/${flow.name}/policies/${version}`, ETag: `"${version}"` };
    sendJson(response, changed && !dry ? 201 : 200, shown(change), dry ? {} : headers);
  });

  router.all('/v1/flows/:flow/policies', allowOnly('GET, HEAD, POST'));
  router.all('/v1/flows/:flow/policies/:version', allowOnly('GET, HEAD'));
  return router;
}
