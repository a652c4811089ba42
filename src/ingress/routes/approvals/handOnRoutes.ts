/** Giving an approval to somebody else. */
import { readApproval } from '../../../approvals/approval.ts';
import { handOn } from '../../../approvals/handOn.ts';
import { readReviewers, receiversOf } from '../../../approvals/reviewers.ts';
import { mayDo } from '../../../domain/caller.ts';
import { approval, handOnRequest, receivers } from '../../../wire/approval.ts';
import { approvalExample } from '../../../wire/examples.ts';
import { approvalParam } from '../../../wire/params.ts';
import { proofOf } from '../../http/authenticate.ts';
import { jsonBody } from '../../http/jsonBody.ts';
import { notFound } from '../../http/notFound.ts';
import { type Route, route } from '../route.ts';
import { etag, ifMatchOf, keyOf } from './approvalKeys.ts';

const EXAMPLE = { to: { role: 'fraud-lead' }, reason: 'Above what I may say yes to' };

export const handOnRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/approvals/:approval/receivers',
    id: 'listReceiversOfApproval',
    tag: 'approvals',
    summary: 'Whom you may hand an approval on to: people and roles that its policy asks, now or later, and who have not voted',
    scopes: ['approve'],
    params: { approval: approvalParam },
    answers: { 200: { description: 'Them', schema: receivers, example: { people: ['bob'], roles: ['fraud-lead'] } } },
    handler:
      ({ pool }) =>
      async ({ caller: { tenant, actor }, params, send }) => {
        const kept = await readApproval(pool, keyOf(params.approval, tenant));
        if (kept === null) throw notFound('approval');
        send(200, receiversOf(kept, actor, await readReviewers(pool, tenant)));
      },
  }),
  route({
    method: 'POST',
    path: '/v1/approvals/:approval/hand-on',
    id: 'handOnApproval',
    tag: 'approvals',
    summary: 'Give an approval to another person or role, who is then asked too. Your claim of it ends; the deadline goes on.',
    scopes: ['approve'],
    params: { approval: approvalParam },
    headers: { 'If-Match': 'The ETag that was read' },
    body: jsonBody(handOnRequest, { what: 'whom it is handed on to', code: 'bad-request', example: EXAMPLE }),
    answers: {
      200: {
        description: 'It is theirs, or was already',
        schema: approval,
        example: { ...approvalExample, claim: null },
        headers: { ETag: 'Its new version' },
      },
    },
    handler:
      (deps) =>
      async ({ request, caller, params, body, send }) => {
        const kept = await handOn(deps, {
          ...{ ...keyOf(params.approval, caller.tenant), ...body, actor: caller.actor, proof: proofOf(caller) },
          // with auth off everyone is the same actor
          admin: caller.roles !== null && mayDo(caller, 'admin'),
          ...ifMatchOf(request.headers['if-match']),
        });
        if (kept === null) throw notFound('approval');
        send(200, kept.approval, etag(kept));
      },
  }),
];
