/** What the OpenAPI document says of policies. */

import { z } from 'zod';
import { pageQuery } from '../../wire/list.ts';
import { policyQuery, policyText } from '../../wire/policy.ts';
import type { Operation } from './openapiNames.ts';

export const POLICY_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/v1/flows/:flow/policies',
    summary: 'The policies that a flow had, in the order of their activation',
    scope: 'read',
    query: pageQuery,
    answers: { 200: { description: 'A page', schema: 'PolicyList' } },
  },
  {
    method: 'get',
    path: '/v1/flows/:flow/policies/:version',
    summary: 'A policy by its version, or the `active` one, with an ETag',
    scope: 'read',
    answers: { 200: { description: 'It', schema: 'StoredPolicy' } },
  },
  {
    method: 'post',
    path: '/v1/flows/:flow/policies',
    summary: 'Check a policy and switch it on, from the next batch on, everywhere. It stays on over restarts.',
    scope: 'admin',
    query: policyQuery,
    headers: { 'If-Match': 'The ETag of the policy that must be the active one' },
    request: {
      'application/json': { $ref: '#/components/schemas/PolicyRequest' },
      'application/yaml': z.toJSONSchema(policyText),
    },
    answers: {
      200: { description: 'Nothing changed: its content is active already, or it was only tried', schema: 'PolicyChange' },
      201: { description: 'It is active', schema: 'PolicyChange' },
    },
  },
];
