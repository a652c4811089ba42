/** Questions to people, and their verdicts. The row decides who was first; this only asks it and says what it said. */
import { type Request, Router } from 'express';
import { type FieldError, SignalboxError } from '../errors.ts';
import type { JsonObject } from '../event.ts';
import { parseId } from '../ids.ts';
import { type ApprovalKey, type KeptApproval, readApproval } from '../log/approval.ts';
import { giveVerdict, type VerdictResult } from '../log/approvals.ts';
import { readApprovals } from '../log/queries/approvals.ts';
import { readHeads } from '../log/queries/feed.ts';
import { allowOnly } from './allowOnly.ts';
import { sendJson } from './answer.ts';
import { type Authenticate, callerOf } from './authenticate.ts';
import { writeCursor } from './cursor.ts';
import type { IngressDeps } from './ingressDeps.ts';
import { decodeUtf8, parseJson } from './jsonText.ts';
import { readListQuery } from './listQuery.ts';
import { parseMediaType } from './mediaType.ts';
import { readBody } from './readBody.ts';
import { approvalsQuery, verdictRequest } from './shapes.ts';

const VERDICT_BYTES_MAX = 64 * 1024;

const etag = ({ version }: KeptApproval): Record<string, string> => ({ ETag: `"${version}"` });

/** An id of another tenant is as unknown as one that never was. */
function keyOf(id: unknown, tenant: string): ApprovalKey {
  const place = parseId('apr', String(id));
  if (place === null || place.tenant !== tenant || !/^\d{1,4}$/.test(place.tail ?? '')) throw new SignalboxError('not-found');
  return { tenant, flow: place.log, eventPosition: place.position, turn: Number(place.tail) };
}

/** `If-Match: "3"`; an ETag that we never gave is a version that nothing has. */
function ifMatchOf(header: string | undefined): { ifMatch?: number } {
  if (header === undefined || header.trim() === '*') return {};
  if (header.includes(',')) throw new SignalboxError('bad-request', 'Cannot compare with more than one ETag');
  const version = /^\s*"(\d{1,9})"\s*$/.exec(header)?.[1];
  return { ifMatch: version === undefined ? -1 : Number(version) };
}

async function readVerdict(request: Request) {
  // a form of another site cannot send this type without asking first
  if (parseMediaType(request.headers['content-type'] ?? '')?.json !== true)
    throw new SignalboxError('unsupported-media', 'A verdict is sent as application/json');
  const { value } = parseJson(decodeUtf8(await readBody(request, VERDICT_BYTES_MAX)));
  const parsed = verdictRequest.safeParse(value);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.flatMap((issue): FieldError[] => {
    const fields = issue.code === 'unrecognized_keys' ? issue.keys : [issue.path.map(String).join('/')];
    return fields.map((field) => ({
      pointer: field === '' ? '' : `/${field}`,
      detail: issue.code === 'unrecognized_keys' ? 'is not part of a verdict' : issue.message,
    }));
  });
  throw new SignalboxError('bad-verdict', undefined, { errors });
}

/** Throws what a verdict that does not count is answered. */
function assertCounts({ result, approval }: VerdictResult): void {
  const more = { winner: approval.verdict };
  if (result === 'lost') throw new SignalboxError('already-decided', `${approval.verdict?.actor ?? 'Someone'} was first`, { more });
  if (result === 'over') throw new SignalboxError('over', undefined, { more });
  if (result === 'stale') throw new SignalboxError('stale');
}

export function approvalRoutes({ pool, notifier }: IngressDeps, authenticate: Authenticate): Router {
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
    if (kept === null) throw new SignalboxError('not-found');
    sendJson(response, 200, kept.approval, etag(kept));
  });

  router.post('/v1/approvals/:approval/verdict', authenticate('approve'), async (request, response) => {
    const { tenant, actor } = callerOf(response);
    const key = keyOf(request.params.approval, tenant);
    const { verdict, reason, changes } = await readVerdict(request);
    const given = await giveVerdict(
      { pool, notifier },
      {
        ...key,
        ...{ verdict, reason, actor, via: request.headers['signalbox-via'] === 'cli' ? 'cli' : 'http' },
        // it was parsed from JSON: every value is one of JSON's
        ...(changes === undefined ? {} : { changes: changes as JsonObject }),
        ...ifMatchOf(request.headers['if-match']),
      },
    );
    if (given === null) throw new SignalboxError('not-found');
    assertCounts(given);
    sendJson(response, 200, given.approval, etag(given));
  });

  router.all('/v1/approvals', allowOnly('GET, HEAD'));
  router.all('/v1/approvals/:approval', allowOnly('GET, HEAD'));
  router.all('/v1/approvals/:approval/verdict', allowOnly('POST'));
  return router;
}
