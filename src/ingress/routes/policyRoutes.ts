/** Policies of the flows: which held when, their texts, and switching one on. */
import { SignalboxError } from '../../domain/errors.ts';
import type { Flow } from '../../domain/flow.ts';
import { activatePolicy, tryPolicy } from '../../log/activatePolicy.ts';
import type { Pool } from '../../log/db/database.ts';
import { readActivations, readPolicy } from '../../log/read/policies.ts';
import { readLlmRecord } from '../../outcomes/llmRecord.ts';
import { parsePolicy, policyContent } from '../../policy/policy.ts';
import { asFieldError, faultAt, type PolicyFault } from '../../policy/policyLint.ts';
import { policyChangeExample, storedPolicyExample } from '../../wire/examples.ts';
import { pageExample, pageQuery } from '../../wire/list.ts';
import { flowParam, policyVersionParam } from '../../wire/params.ts';
import { policyChange, policyList, policyQuery, storedPolicy } from '../../wire/policy.ts';
import { writeCursor } from '../http/cursor.ts';
import { toListQuery } from '../http/listQuery.ts';
import { flowNamed } from './flowNamed.ts';
import { policyBody } from './policyBody.ts';
import { type Route, route } from './route.ts';

/** `If-Match: "fraud@0123456789ab"`; an ETag that we never gave is a version that is not active. */
function ifMatchOf(header: string | undefined): { ifMatch?: string } {
  if (header === undefined || header.trim() === '*') return {};
  if (header.includes(',')) throw new SignalboxError('bad-request', 'Cannot compare with more than one ETag');
  return { ifMatch: /^\s*"([^"]{1,100})"\s*$/.exec(header)?.[1] ?? '' };
}

/** To let an LLM decide is the operator's word, which counts without a record too; then it is said. */
async function withoutRecord(pool: Pool, { tenant, flow, text }: { tenant: string; flow: Flow; text: string }): Promise<PolicyFault[]> {
  const record = await readLlmRecord(pool, tenant, flow, parsePolicy(flow, text));
  if (record === null || !record.decides || record.earned) return [];
  const detail = `lets the LLM decide on your word, as it has not the record for it: ${record.text}`;
  return [faultAt(text, ['rungs', record.at, 'decides'], detail)];
}

const activated = (({ flow: _flow, text: _text, content: _content, ...one }) => one)(storedPolicyExample);

export const policyRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/flows/:flow/policies',
    id: 'listPolicies',
    tag: 'flows',
    summary: 'The policies that a flow had, in the order of their activation',
    scopes: ['read'],
    params: { flow: flowParam },
    query: pageQuery,
    answers: { 200: { description: 'A page', schema: policyList, example: pageExample(activated) } },
    handler:
      ({ pool, flows }) =>
      async ({ caller: { tenant }, params, query, send }) => {
        const { name: flow } = flowNamed(flows, params.flow);
        const { after, limit } = toListQuery(query);
        const from = after.get(flow) ?? 0;
        const { activations, more } = await readActivations(pool, { tenant, flow }, { after: from, limit });
        send(200, { items: [...activations], next: writeCursor(new Map([[flow, activations.at(-1)?.position ?? from]])), more });
      },
  }),
  route({
    method: 'GET',
    path: '/v1/flows/:flow/policies/:version',
    id: 'getPolicy',
    tag: 'flows',
    summary: 'A policy by its version, or the `active` one',
    scopes: ['read'],
    params: { flow: flowParam, version: policyVersionParam },
    answers: {
      200: { description: 'It', schema: storedPolicy, example: storedPolicyExample, headers: { ETag: 'Its version, for `If-Match`' } },
    },
    handler:
      ({ pool, flows }) =>
      async ({ caller: { tenant }, params: { flow: name, version = '' }, send }) => {
        const { name: flow } = flowNamed(flows, name);
        // the database holds no U+0000, so no policy's name does
        const stored = version.includes('\u0000') ? null : await readPolicy(pool, { tenant, flow }, version === 'active' ? null : version);
        if (stored === null) throw new SignalboxError('not-found', `${flow} never had such a policy`);
        send(200, { ...stored, flow, content: policyContent(flow, stored.text) }, { ETag: `"${stored.version}"` });
      },
  }),
  route({
    method: 'POST',
    path: '/v1/flows/:flow/policies',
    id: 'activatePolicy',
    tag: 'flows',
    summary: 'Check a policy and switch it on, from the next batch on, everywhere. It stays on over restarts.',
    scopes: ['admin'],
    params: { flow: flowParam },
    query: policyQuery,
    headers: { 'If-Match': 'The ETag of the policy that must be the active one' },
    body: policyBody,
    answers: {
      200: {
        description: 'Nothing changed: its content is active already, or it was only tried',
        schema: policyChange,
        example: { ...policyChangeExample, changed: false },
      },
      201: {
        description: 'It is active',
        schema: policyChange,
        example: policyChangeExample,
        headers: { Location: 'Where it stands', ETag: 'Its version' },
      },
    },
    handler:
      ({ pool, flows }) =>
      async ({ request, caller: { tenant, actor }, params, query: { dry }, body, send }) => {
        const flow = flowNamed(flows, params.flow);
        const wanted = { tenant, flow, actor, ...ifMatchOf(request.headers['if-match']), ...body };
        const { warnings, ...change } = await (dry === 'true' ? tryPolicy : activatePolicy)(pool, wanted);
        const { version, changed } = change;
        const unproven = await withoutRecord(pool, { tenant, flow, text: wanted.text });
        const headers = { Location: `/v1/flows/${flow.name}/policies/${version}`, ETag: `"${version}"` };
        send(
          changed && dry !== 'true' ? 201 : 200,
          { ...change, warnings: [...warnings, ...unproven].map(asFieldError) },
          dry === 'true' ? {} : headers,
        );
      },
  }),
];
