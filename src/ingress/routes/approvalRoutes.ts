/** Questions to people, and their verdicts. The row decides who was first; this only asks it and says what it said. */
import { Router } from 'express';
import { readApproval } from '../../approvals/approval.ts';
import { giveVerdict } from '../../approvals/approvals.ts';
import { readApprovals } from '../../approvals/readApprovals.ts';
import type { VerdictResult } from '../../approvals/vote.ts';
import { SignalboxError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/event.ts';
import { readHeads } from '../../log/read/feed.ts';
import { approvalsQuery, verdictRequest } from '../../wire/approval.ts';
import { allowOnly } from '../http/allowOnly.ts';
import { sendJson } from '../http/answer.ts';
import { type Authenticate, callerOf, proofOf } from '../http/authenticate.ts';
import { writeCursor } from '../http/cursor.ts';
import { readListQuery } from '../http/listQuery.ts';
import { notFound } from '../http/notFound.ts';
import { etag, keyOf, readStrictBody } from './approvalRequest.ts';
import type { IngressDeps } from './ingressDeps.ts';

/** `If-Match: "3"`; an ETag that we never gave is a version that nothing has. */
function ifMatchOf(header: string | undefined): { ifMatch?: number } {
  if (header === undefined || header.trim() === '*') return {};
  if (header.includes(',')) throw new SignalboxError('bad-request', 'Cannot compare with more than one ETag');
  const version = /^\s*"(\d{1,9})"\s*$/.exec(header)?.[1];
  return { ifMatch: version === undefined ? -1 : Number(version) };
}

/** Throws what a verdict that does not count is answered. */
export function assertCounts({ result, approval }: VerdictResult): void {
  const more = { winner: approval.verdict };
  if (result === 'lost') throw new SignalboxError('already-decided', `${approval.verdict?.actor ?? 'Someone'} was first`, { more });
  if (result === 'over') throw new SignalboxError('over', undefined, { more });
  if (result === 'stale') throw new SignalboxError('stale');
}

export function approvalRoutes({ pool, notifier, notices }: IngressDeps, authenticate: Authenticate): Router {
  const router = Router();

  router.get('/v1/approvals', authenticate('read'), async (request, response) => {
    const { tenant } = callerOf(response);
    const { after, limit, filters } = readListQuery(approvalsQuery, request.query);
    const heads = [...(await readHeads(pool, tenant))].filter(([log]) => log.endsWith('/cases'));
    const upTo = new Map(heads.map(([log, position]) => [log.slice(0, -'/cases'.length), position] as const));
    const wanted = new Map([...upTo].filter(([flow]) => filters.flow === undefined || flow === filters.flow));
    const { approvals, page } = await readApprovals(pool, filters.state ?? 'open', { tenant, upTo: wanted, after, limit });
    sendJson(response, 200, { items: approvals.map(({ approval }) => approval), next: writeCursor(page.next), more: page.more });
  });

  router.get('/v1/approvals/:approval', authenticate('read'), async (request, response) => {
    const kept = await readApproval(pool, keyOf(request.params.approval, callerOf(response).tenant));
    if (kept === null) throw notFound('approval');
    sendJson(response, 200, kept.approval, etag(kept));
  });

  router.post('/v1/approvals/:approval/verdict', authenticate('approve'), async (request, response) => {
    const caller = callerOf(response);
    const key = keyOf(request.params.approval, caller.tenant);
    const wanted = { schema: verdictRequest, what: 'a verdict', code: 'bad-verdict' } as const;
    const { verdict, reason, changes } = await readStrictBody(request, wanted);
    const given = await giveVerdict(
      { pool, notifier, notices },
      {
        ...{ ...key, verdict, reason, actor: caller.actor, proof: proofOf(caller) },
        via: request.headers['signalbox-via'] === 'cli' ? 'cli' : 'http',
        // it was parsed from JSON: every value is one of JSON's
        ...(changes === undefined ? {} : { changes: changes as JsonObject }),
        ...ifMatchOf(request.headers['if-match']),
      },
    );
    if (given === null) throw notFound('approval');
    assertCounts(given);
    sendJson(response, 200, given.approval, etag(given));
  });

  router.all('/v1/approvals', allowOnly('GET, HEAD'));
  router.all('/v1/approvals/:approval', allowOnly('GET, HEAD'));
  router.all('/v1/approvals/:approval/verdict', allowOnly('POST'));
  return router;
}
