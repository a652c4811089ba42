/** What the routes about approvals have in common: which one is meant, and what was sent about it. */

import type { Request } from 'express';
import type { z } from 'zod';
import type { ApprovalKey, KeptApproval } from '../../approvals/approval.ts';
import { SignalboxError } from '../../domain/errors.ts';
import { parseId } from '../../domain/ids.ts';
import { OUR_WORDS, shapeFaults } from '../../domain/shapeFaults.ts';
import { decodeUtf8, parseJson } from '../cloudevents/jsonText.ts';
import { parseMediaType } from '../cloudevents/mediaType.ts';
import { notFound } from '../http/notFound.ts';
import { readBody } from '../http/readBody.ts';

export const VERDICT_BYTES_MAX = 64 * 1024;

export const etag = ({ version }: KeptApproval): Record<string, string> => ({ ETag: `"${version}"` });

/** An id of another tenant is as unknown as one that never was. */
export function keyOf(id: unknown, tenant: string): ApprovalKey {
  const place = parseId('apr', String(id));
  if (place === null || place.tenant !== tenant || !/^\d{1,4}$/.test(place.tail ?? '')) throw notFound('approval');
  return { tenant, flow: place.log, eventPosition: place.position, turn: Number(place.tail) };
}

interface Wanted<Body> {
  readonly schema: z.ZodType<Body>;
  /** For messages: `a verdict`. */
  readonly what: string;
  readonly code: 'bad-verdict' | 'bad-request';
}

/** A strict JSON body. Throws the code with a pointer to each field, `unsupported-media`, `bad-json` or `too-large`. */
export async function readStrictBody<Body>(request: Request, wanted: Wanted<Body>): Promise<Body> {
  // a form of another site cannot send this type without asking first
  if (parseMediaType(request.headers['content-type'] ?? '')?.json !== true)
    throw new SignalboxError('unsupported-media', `Cannot read ${wanted.what} as it must be application/json`);
  return parseStrict(parseJson(decodeUtf8(await readBody(request, VERDICT_BYTES_MAX))).value, wanted);
}

export function parseStrict<Body>(value: unknown, { schema, code }: Wanted<Body>): Body {
  const parsed = schema.safeParse(value, OUR_WORDS);
  if (parsed.success) return parsed.data;
  throw new SignalboxError(code, undefined, { errors: shapeFaults(schema, parsed.error) });
}
