/** What a reviewer sends. */
import type { Approval, Handed, ReceiversOf } from '../../wire/approval.ts';
import { ask, send, tell } from './call.ts';

const at = (approval: string, what: string): string => `/v1/approvals/${encodeURIComponent(approval)}/${what}`;

export interface GivenVerdict {
  readonly verdict: 'approve' | 'reject';
  readonly reason: string;
  readonly changes?: Readonly<Record<string, unknown>>;
}

/** With the version that was read: a verdict is on what stood there. */
export async function readApproval(approval: string): Promise<{ approval: Approval; etag: string | null }> {
  const response = await send(`/v1/approvals/${encodeURIComponent(approval)}`);
  return { approval: (await response.json()) as Approval, etag: response.headers.get('etag') };
}

export const giveVerdict = (approval: string, given: GivenVerdict, etag: string | null): Promise<Approval> =>
  tell(at(approval, 'verdict'), given, etag === null ? undefined : { 'if-match': etag });

export const claim = (approval: string): Promise<Approval> => tell(at(approval, 'claim'));
export const release = (approval: string): Promise<Approval> => tell(at(approval, 'release'));
export const receiversOf = (approval: string): Promise<ReceiversOf> => ask(at(approval, 'receivers'));
export const handOn = (approval: string, given: { to: Handed['to']; reason: string }, etag: string | null): Promise<Approval> =>
  tell(at(approval, 'hand-on'), given, etag === null ? undefined : { 'if-match': etag });
export const askFurther = (approval: string, question: string): Promise<unknown> => tell(at(approval, 'questions'), { question });
export const answerFurther = (approval: string, n: number, answer: string): Promise<unknown> =>
  tell(at(approval, `questions/${n}/answer`), { answer });
