/** Every refusal: RFC 9457 `application/problem+json`. */
import { z } from 'zod';
import { ERRORS, type ErrorCode } from '../domain/errors.ts';

export const problem = z.object({
  type: z.string().describe('A page of ours that explains the code'),
  title: z.string(),
  status: z.number().int(),
  code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]),
  detail: z.string().exactOptional(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).exactOptional(),
});

/** With further members where a code has some: `winner`, `results`. */
export type Problem = z.infer<typeof problem> & { readonly [more: string]: unknown };
