/** Questions to people, and their verdicts. The row decides who was first; this only asks it and says what it said. */
import { readApproval } from '../../../approvals/approval.ts';
import { giveVerdict } from '../../../approvals/approvals.ts';
import { readApprovalFeed, readApprovals } from '../../../approvals/readApprovals.ts';
import type { VerdictResult } from '../../../approvals/vote.ts';
import { SignalboxError } from '../../../domain/errors.ts';
import type { JsonObject } from '../../../domain/event.ts';
import { readHeads } from '../../../log/read/feed.ts';
import { type Approval, approval, approvalList, approvalsQuery, verdictRequest } from '../../../wire/approval.ts';
import { approvalExample, verdictExample } from '../../../wire/examples.ts';
import { pageExample } from '../../../wire/list.ts';
import { approvalParam } from '../../../wire/params.ts';
import { proofOf } from '../../http/authenticate.ts';
import { jsonBody } from '../../http/jsonBody.ts';
import { toListQuery } from '../../http/listQuery.ts';
import { notFound } from '../../http/notFound.ts';
import { sendPage, textsOf } from '../../http/sendPage.ts';
import { type Route, route } from '../route.ts';
import { etag, ifMatchOf, keyOf } from './approvalKeys.ts';

/** Throws what a verdict that does not count is answered. */
export function assertCounts({ result, approval }: VerdictResult): void {
  const more = { winner: approval.verdict };
  if (result === 'lost') throw new SignalboxError('already-decided', `${approval.verdict?.actor ?? 'Someone'} was first`, { more });
  if (result === 'over') throw new SignalboxError('over', undefined, { more });
  if (result === 'stale') throw new SignalboxError('stale');
}

export const approvalRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/approvals',
    id: 'listApprovals',
    tag: 'approvals',
    summary: 'Questions to people',
    scopes: ['read'],
    query: approvalsQuery,
    answers: { 200: { description: 'A page', schema: approvalList, example: pageExample(approvalExample) } },
    handler:
      ({ pool }) =>
      async ({ response, caller: { tenant, actor, roles }, query }) => {
        const { after, limit, filters } = toListQuery(query);
        const heads = [...(await readHeads(pool, tenant))].filter(([log]) => log.endsWith('/cases'));
        const upTo = new Map(heads.map(([log, position]) => [log.slice(0, -'/cases'.length), position] as const));
        const wanted = new Map([...upTo].filter(([flow]) => filters.flow === undefined || flow === filters.flow));
        const filter = {
          state: filters.state ?? 'open',
          ...(filters.handed === undefined ? {} : { handedTo: { actor, roles: roles ?? [] } }),
        };
        const page = await readApprovalFeed(pool, filter, { tenant, upTo: wanted, after, limit });
        await sendPage(response, page, async (places) => {
          const kept = await readApprovals(pool, tenant, places);
          return textsOf<Approval>(kept.map((one) => one.approval));
        });
      },
  }),
  route({
    method: 'GET',
    path: '/v1/approvals/:approval',
    id: 'getApproval',
    tag: 'approvals',
    summary: 'An approval',
    scopes: ['read'],
    params: { approval: approvalParam },
    answers: { 200: { description: 'It', schema: approval, example: approvalExample, headers: { ETag: 'Its version, for `If-Match`' } } },
    handler:
      ({ pool }) =>
      async ({ caller, params, send }) => {
        const kept = await readApproval(pool, keyOf(params.approval, caller.tenant));
        if (kept === null) throw notFound('approval');
        send(200, kept.approval, etag(kept));
      },
  }),
  route({
    method: 'POST',
    path: '/v1/approvals/:approval/verdict',
    id: 'giveVerdict',
    tag: 'approvals',
    summary: 'Give a verdict. The first one counts; every other is told who won (`winner`).',
    scopes: ['approve'],
    params: { approval: approvalParam },
    headers: { 'If-Match': 'The ETag that was read', 'Signalbox-Via': '`cli`: recorded as given by the command line' },
    body: jsonBody(verdictRequest, { what: 'a verdict', code: 'bad-verdict', example: verdictExample }),
    answers: {
      200: {
        description: 'The verdict counts, or is the one that this actor gave before',
        schema: approval,
        example: {
          ...approvalExample,
          state: 'decided',
          verdict: { ...verdictExample, actor: 'ann', at: '2026-03-02T09:41:10.003Z', via: 'http' },
        },
        headers: { ETag: 'Its new version' },
      },
    },
    handler:
      ({ pool, notifier, notices }) =>
      async ({ request, caller, params, body: { verdict, reason, changes }, send }) => {
        const given = await giveVerdict(
          { pool, notifier, notices },
          {
            ...{ ...keyOf(params.approval, caller.tenant), verdict, reason, actor: caller.actor, proof: proofOf(caller) },
            via: request.headers['signalbox-via'] === 'cli' ? 'cli' : 'http',
            // it was parsed from JSON: every value is one of JSON's
            ...(changes === undefined ? {} : { changes: changes as JsonObject }),
            ...ifMatchOf(request.headers['if-match']),
          },
        );
        if (given === null) throw notFound('approval');
        assertCounts(given);
        send(200, given.approval, etag(given));
      },
  }),
];
