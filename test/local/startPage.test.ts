/** Hunts the operator who believes that an LLM is asked. */
import { expect, it } from '@jest/globals';
import { startPage } from '../../src/local/startPage.ts';

it('startPage() names the LLM, and whether its server answers', () => {
  const facts = {
    url: 'http://127.0.0.1:8080',
    data: '.signalbox',
    database: { url: 'postgres://signalbox:secret@127.0.0.1:5432/signalbox', how: 'embedded' },
    temporal: { address: '127.0.0.1:7233', namespace: 'default', web: null, how: 'embedded' },
    pids: { ingress: 7 },
  };
  const llm = 'llama3.1 at http://127.0.0.1:11434/v1: does not answer (econnrefused)';
  const page = startPage(facts, { auth: 'off', llm, seconds: 1.5 });
  expect(page).toContain(`LLM         ${llm}`);
  expect(page).not.toContain('secret');
});
