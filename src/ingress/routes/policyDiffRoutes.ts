/** What one policy of a flow changed of another. */
import { SignalboxError } from '../../domain/errors.ts';
import type { Pool } from '../../log/db/database.ts';
import { readPolicy, readVersionBefore } from '../../log/read/policies.ts';
import { differenceText, meaningOf } from '../../policy/differenceWords.ts';
import { policyContent } from '../../policy/policy.ts';
import { diffPolicies } from '../../policy/policyDiff.ts';
import { policyDiffExample } from '../../wire/examples.ts';
import { flowParam, policyVersionParam } from '../../wire/params.ts';
import { policyDiff, policyDiffQuery } from '../../wire/policy.ts';
import { flowNamed } from './flowNamed.ts';
import { type Route, route } from './route.ts';

/** `name` is a version or `active`. Throws `not-found`. */
async function policyNamed(pool: Pool, of: { tenant: string; flow: string }, name: string) {
  // the database holds no U+0000, so no policy's name does
  const stored = name.includes('\u0000') ? null : await readPolicy(pool, of, name === 'active' ? null : name);
  if (stored === null) throw new SignalboxError('not-found', `${of.flow} never had the policy ${name}`);
  return { ...stored, content: policyContent(of.flow, stored.text) };
}

export const policyDiffRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/flows/:flow/policies/:version/diff',
    id: 'diffPolicies',
    tag: 'flows',
    summary: 'What a policy changed of another, by path and in words',
    scopes: ['read'],
    params: { flow: flowParam, version: policyVersionParam },
    query: policyDiffQuery,
    answers: { 200: { description: 'The differences', schema: policyDiff, example: policyDiffExample } },
    handler:
      ({ pool, flows }) =>
      async ({ caller: { tenant }, params, query, send }) => {
        const of = { tenant, flow: flowNamed(flows, params.flow).name };
        const one = await policyNamed(pool, of, params.version ?? '');
        const against = query.against ?? (await readVersionBefore(pool, { ...of, ...one }));
        if (against === null) return send(200, { flow: of.flow, version: one.version, against, differences: [] });
        const other = await policyNamed(pool, of, against);
        const differences = diffPolicies(other.content, one.content).map(({ path, ...difference }) => ({
          ...{ ...difference, path: [...path], text: differenceText({ path, ...difference }), meaning: meaningOf(difference) },
        }));
        send(200, { flow: of.flow, version: one.version, against: other.version, differences });
      },
  }),
];
