/** Callers of an LLM in a process of their own, as a worker is: to be killed, or to be one of several. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { LlmTarget } from '../../src/llm/wire/target.ts';
import type { LlmRung } from '../../src/policy/ladderPolicy.ts';
import { ensureBuilt, MAIN } from './built.ts';

interface Work {
  readonly databaseUrl: string;
  readonly llm: LlmTarget;
  readonly terms: LlmRung;
  /** Events that it asks about, all at once. */
  readonly positions: readonly number[];
}

export interface LlmProcess {
  /** What each call came to: an outcome, or the code of an abstention or failure. */
  readonly results: Promise<string[]>;
  kill(): Promise<void>;
}

const TIMEOUT_MS = 60_000;

const script = `
const { createCallLlm } = await import(process.argv[1] + '/llm/callLlm.js');
const { openDatabase } = await import(process.argv[1] + '/log/db/database.js');
const { z } = await import('zod');
const { databaseUrl, llm, terms, positions } = JSON.parse(process.argv[2]);
const pool = openDatabase(databaseUrl, { name: 'test' });
const logger = { error() {}, warn() {} };
const call = createCallLlm({ pool, llm, logger });
const answer = z.strictObject({ outcome: z.enum(['approve', 'decline']), confidence: z.number(), reasons: z.array(z.unknown()) });
const ask = (eventPosition) => call({
  tenant: 'default', flow: 'fraud', eventPosition, subject: 's', step: 'answer', terms, promptVersion: 'p@1',
  words: { system: 'You judge.', question: 'Question ' + eventPosition }, answer, tools: [], untilMs: 0, value: 0, signal: new AbortController().signal,
}).then((said) => said.kind === 'answer' ? said.value.outcome : said.code, (error) => error.code ?? String(error));
process.send(await Promise.all(positions.map(ask)));
await pool.end();
`;

export async function startLlmProcess(work: Work): Promise<LlmProcess> {
  await ensureBuilt();
  const dist = pathToFileURL(dirname(MAIN)).href;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, dist, JSON.stringify(work)], {
    cwd: dirname(dirname(MAIN)),
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const closed = once(child, 'close').then(() => undefined);
  const results = Promise.race([
    once(child, 'message', { signal: AbortSignal.timeout(TIMEOUT_MS) }).then(([message]) => message as string[]),
    closed.then(() => Promise.reject(new Error(`The caller ended without a result: ${errors}`))),
  ]);
  results.catch(() => undefined);
  return {
    results,
    kill: async () => {
      child.kill('SIGKILL');
      await closed;
    },
  };
}
