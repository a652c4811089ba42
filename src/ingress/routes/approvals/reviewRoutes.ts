/** What reviewers do before they give a verdict: take an approval for themselves, and ask for more. */
import type { KeptApproval } from '../../../approvals/approval.ts';
import { claimApproval, releaseApproval } from '../../../approvals/claims.ts';
import { answerFurther, askFurther } from '../../../approvals/questions.ts';
import type { Reviewer } from '../../../approvals/vote.ts';
import { mayDo } from '../../../domain/caller.ts';
import { SignalboxError } from '../../../domain/errors.ts';
import { answerRequest, approval, furtherQuestion, questionRequest } from '../../../wire/approval.ts';
import { approvalExample, furtherQuestionExample } from '../../../wire/examples.ts';
import { approvalParam, questionParam } from '../../../wire/params.ts';
import { proofOf } from '../../http/authenticate.ts';
import { jsonBody } from '../../http/jsonBody.ts';
import { notFound } from '../../http/notFound.ts';
import { type Call, type Route, route } from '../route.ts';
import { etag, keyOf } from './approvalKeys.ts';

const AT = '/v1/approvals/:approval';

const reviewerOf = ({ caller, params }: Pick<Call, 'caller' | 'params'>): Reviewer => ({
  ...keyOf(params.approval, caller.tenant),
  ...{ actor: caller.actor, proof: proofOf(caller) },
});

function found(kept: KeptApproval | null): KeptApproval {
  if (kept === null) throw notFound('approval');
  return kept;
}

const answered = <const Description extends string>(description: Description, example = approvalExample) => ({
  200: { description, schema: approval, example, headers: { ETag: 'Its version' } },
});

export const reviewRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: `${AT}/claim`,
    id: 'claimApproval',
    tag: 'approvals',
    summary: "Take an approval for yourself: for 15 minutes, or until it is escalated, nobody else's verdict is taken. Again: for longer.",
    scopes: ['approve'],
    params: { approval: approvalParam },
    answers: answered('It is yours'),
    handler: (deps) => async (call) => {
      const kept = found(await claimApproval(deps, reviewerOf(call)));
      call.send(200, kept.approval, etag(kept));
    },
  }),
  route({
    method: 'POST',
    path: `${AT}/release`,
    id: 'releaseApproval',
    tag: 'approvals',
    summary: "End your claim, or anybody's with the scope admin",
    scopes: ['approve'],
    params: { approval: approvalParam },
    answers: answered('Nobody has claimed it', { ...approvalExample, claim: null }),
    handler: (deps) => async (call) => {
      // with auth off everyone is the same actor, whose claims are their own
      const admin = call.caller.roles !== null && mayDo(call.caller, 'admin');
      const kept = found(await releaseApproval(deps, { ...reviewerOf(call), admin }));
      call.send(200, kept.approval, etag(kept));
    },
  }),
  route({
    method: 'POST',
    path: `${AT}/questions`,
    id: 'askFurther',
    tag: 'approvals',
    summary: 'Ask for more information. The deadline goes on.',
    scopes: ['approve'],
    params: { approval: approvalParam },
    body: jsonBody(questionRequest, { what: 'a question', code: 'bad-request', example: { question: furtherQuestionExample.question } }),
    answers: answered('The question is on the approval'),
    handler: (deps) => async (call) => {
      const kept = found(await askFurther(deps, { ...reviewerOf(call), question: call.body.question }));
      call.send(200, kept.approval, etag(kept));
    },
  }),
  route({
    method: 'POST',
    path: `${AT}/questions/:n/answer`,
    id: 'answerFurther',
    tag: 'approvals',
    summary: 'Answer a question. The first answer stays.',
    scopes: ['approve', 'events:write'],
    params: { approval: approvalParam, n: questionParam },
    body: jsonBody(answerRequest, { what: 'an answer', code: 'bad-request', example: { answer: 'Yes, since Monday' } }),
    answers: { 200: { description: 'The question with its answer', schema: furtherQuestion, example: furtherQuestionExample } },
    handler:
      (deps) =>
      async ({ caller: { tenant, actor }, params, body: { answer }, send }) => {
        const key = keyOf(params.approval, tenant);
        const n = /^[1-9]\d?$/.test(String(params.n)) ? Number(params.n) : 0;
        const question = await answerFurther(deps, { ...key, n, actor, answer });
        if (question === null) throw new SignalboxError('not-found', 'The approval has no such question');
        // only the question: who may send events may not therefore see the evidence
        send(200, question);
      },
  }),
];
