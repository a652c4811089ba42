/** The one shape of a refusal. */
import { expect } from '@jest/globals';
import type { Answer } from './http.ts';

export function expectProblem(answer: Answer, status: number, code?: string): void {
  expect({ status: answer.status, text: answer.text }).toEqual({ status, text: expect.any(String) });
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(answer.json).toMatchObject({
    status,
    code: code ?? expect.any(String),
    title: expect.any(String),
    type: expect.stringMatching(/^\/docs#/),
  });
  expect(answer.text).not.toMatch(/\bat .*\.ts|node_modules|select /);
}
