/** Which approval is meant, and which version of it is told. */
import type { ApprovalKey, KeptApproval } from '../../../approvals/approval.ts';
import { SignalboxError } from '../../../domain/errors.ts';
import { parseId } from '../../../domain/ids.ts';
import { notFound } from '../../http/notFound.ts';

export const etag = ({ version }: KeptApproval): Record<string, string> => ({ ETag: `"${version}"` });

/** An id of another tenant is as unknown as one that never was. */
export function keyOf(id: string | undefined, tenant: string): ApprovalKey {
  const place = parseId('apr', String(id));
  if (place === null || place.tenant !== tenant || !/^\d{1,4}$/.test(place.tail ?? '')) throw notFound('approval');
  return { tenant, flow: place.log, eventPosition: place.position, turn: Number(place.tail) };
}

/** `If-Match: "3"`; an ETag that we never gave is a version that nothing has. */
export function ifMatchOf(header: string | undefined): { ifMatch?: number } {
  if (header === undefined || header.trim() === '*') return {};
  if (header.includes(',')) throw new SignalboxError('bad-request', 'Cannot compare with more than one ETag');
  const version = /^\s*"(\d{1,9})"\s*$/.exec(header)?.[1];
  return { ifMatch: version === undefined ? -1 : Number(version) };
}
