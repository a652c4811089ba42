/** The part of the API that reviewers use before a verdict, and the page behind a link. */
import { z } from 'zod';
import { verdictForm } from '../../wire/approval.ts';
import type { Operation } from './openapiNames.ts';

const ref = (name: string): object => ({ $ref: `#/components/schemas/${name}` });

export const REVIEWING: readonly Operation[] = [
  {
    method: 'post',
    path: '/v1/approvals/:approval/claim',
    summary: "Take an approval for yourself: for 15 minutes, or until it is escalated, nobody else's verdict is taken. Again: for longer.",
    scope: 'approve',
    answers: { 200: { description: 'It is yours', schema: 'Approval' } },
  },
  {
    method: 'post',
    path: '/v1/approvals/:approval/release',
    summary: "End your claim, or anybody's with the scope admin",
    scope: 'approve',
    answers: { 200: { description: 'Nobody has claimed it', schema: 'Approval' } },
  },
  {
    method: 'post',
    path: '/v1/approvals/:approval/questions',
    summary: 'Ask for more information. The deadline goes on.',
    scope: 'approve',
    request: { 'application/json': ref('QuestionRequest') },
    answers: { 200: { description: 'The question is on the approval', schema: 'Approval' } },
  },
  {
    method: 'post',
    path: '/v1/approvals/:approval/questions/:n/answer',
    summary: 'Answer a question (scope approve or events:write). The first answer stays.',
    scope: 'events:write',
    request: { 'application/json': ref('AnswerRequest') },
    answers: { 200: { description: 'The question with its answer', schema: 'FurtherQuestion' } },
  },
  {
    method: 'get',
    path: '/approve/:token',
    summary: 'The page behind a link in a mail. It shows and never acts.',
    scope: null,
    answers: { 200: { description: 'Question, evidence and form', type: 'text/html' } },
  },
  {
    method: 'post',
    path: '/approve/:token',
    summary: "The link's one verdict, as the page's form sends it",
    scope: null,
    request: { 'application/x-www-form-urlencoded': z.toJSONSchema(verdictForm, { io: 'input' }) },
    answers: { 200: { description: 'The verdict counts', type: 'text/html' } },
  },
];
