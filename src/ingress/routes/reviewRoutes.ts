/** What reviewers do before they give a verdict: take an approval for themselves, and ask for more. */
import { type Request, type Response, Router } from 'express';
import type { KeptApproval } from '../../approvals/approval.ts';
import { claimApproval, releaseApproval } from '../../approvals/claims.ts';
import { answerFurther, askFurther } from '../../approvals/questions.ts';
import type { Reviewer } from '../../approvals/vote.ts';
import { mayDo } from '../../domain/caller.ts';
import { SignalboxError } from '../../domain/errors.ts';
import { answerRequest, questionRequest } from '../../wire/approval.ts';
import { allowOnly } from '../http/allowOnly.ts';
import { sendJson } from '../http/answer.ts';
import { type Authenticate, callerOf, proofOf } from '../http/authenticate.ts';
import { notFound } from '../http/notFound.ts';
import { etag, keyOf, readStrictBody } from './approvalRequest.ts';
import type { IngressDeps } from './ingressDeps.ts';

function reviewerOf(request: Request, response: Response): Reviewer {
  const caller = callerOf(response);
  return { ...keyOf(request.params.approval, caller.tenant), actor: caller.actor, proof: proofOf(caller) };
}

function sendApproval(response: Response, kept: KeptApproval | null): void {
  if (kept === null) throw notFound('approval');
  sendJson(response, 200, kept.approval, etag(kept));
}

export function reviewRoutes(deps: IngressDeps, authenticate: Authenticate): Router {
  const router = Router();
  const at = '/v1/approvals/:approval';

  router.post(`${at}/claim`, authenticate('approve'), async (request, response) =>
    sendApproval(response, await claimApproval(deps, reviewerOf(request, response))),
  );

  router.post(`${at}/release`, authenticate('approve'), async (request, response) => {
    const caller = callerOf(response);
    // with auth off everyone is the same actor, whose claims are their own
    const admin = caller.roles !== null && mayDo(caller, 'admin');
    sendApproval(response, await releaseApproval(deps, { ...reviewerOf(request, response), admin }));
  });

  router.post(`${at}/questions`, authenticate('approve'), async (request, response) => {
    const { question } = await readStrictBody(request, { schema: questionRequest, what: 'a question', code: 'bad-request' });
    sendApproval(response, await askFurther(deps, { ...reviewerOf(request, response), question }));
  });

  router.post(`${at}/questions/:n/answer`, authenticate('approve', 'events:write'), async (request, response) => {
    const { tenant, actor } = callerOf(response);
    const key = keyOf(request.params.approval, tenant);
    const { answer } = await readStrictBody(request, { schema: answerRequest, what: 'an answer', code: 'bad-request' });
    const n = /^[1-9]\d?$/.test(String(request.params.n)) ? Number(request.params.n) : 0;
    const answered = await answerFurther(deps, { ...key, n, actor, answer });
    if (answered === null) throw new SignalboxError('not-found', 'The approval has no such question');
    // only the question: who may send events may not therefore see the evidence
    sendJson(response, 200, answered);
  });

  for (const path of ['claim', 'release', 'questions', 'questions/:n/answer']) router.all(`${at}/${path}`, allowOnly('POST'));
  return router;
}
