/** Hunts the operator who believes that an LLM is asked. */
import { expect, it } from '@jest/globals';
import { startPage } from '../../src/local/startPage.ts';

const facts = {
  url: 'http://127.0.0.1:8080',
  data: '.signalbox',
  database: { url: 'postgres://signalbox:secret@127.0.0.1:5432/signalbox', how: 'embedded' },
  temporal: { address: '127.0.0.1:7233', namespace: 'default', web: null, how: 'embedded' },
  pids: { ingress: 7 },
};

it('startPage() names the LLM, and whether its server answers', () => {
  const llm = 'llama3.1 at http://127.0.0.1:11434/v1: does not answer (econnrefused)';
  const page = startPage(facts, { auth: 'off', webhook: null, llm, seconds: 1.5 });
  expect(page).toContain(`LLM         ${llm}`);
  expect(page).not.toContain('secret');
});

it('startPage() says where actions go, and what to do where they go nowhere', () => {
  const shown = { auth: 'off', llm: 'none', seconds: 1 } as const;
  expect(startPage(facts, { ...shown, webhook: null })).toMatch(/^ {2}Actions {5}not sent, as no webhook is set: `npx signalbox receive`/m);
  expect(startPage(facts, { ...shown, webhook: 'https://shop.example/hook' })).toContain('Actions     sent to https://shop.example/hook');
});

it('startPage() shows a curl that has its key where keys are checked', () => {
  const shown = { webhook: null, llm: 'none', seconds: 1 } as const;
  expect(startPage(facts, { ...shown, auth: 'keys' })).toContain('-H "authorization: Bearer $SIGNALBOX_KEY"');
  expect(startPage(facts, { ...shown, auth: 'off' })).not.toContain('authorization');
});
