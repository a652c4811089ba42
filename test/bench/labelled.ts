/**
 * `npm run labelled -- --data DIR [--every 20]`: what the ladder costs and how often each of its rungs is wrong, on the test week of the Fraud
 * Detection Handbook, against asking an LLM about everything and about nothing. `DIR` holds `transactions_*.csv.gz`.
 *
 * The LLM is a fake one: a rule of thumb over the facts of the prompt, asked over HTTP through the code that asks a real one. So costs
 * and shares are those of the policy's prices and of this prompt's length; its errors say nothing about any model. A person is taken to be
 * right. `--llm URL` scores a real model instead (labelledModel.ts). With `--every N`, the LLM that is asked about everything is asked about each N-th payment.
 */
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import type { Flow } from '../../src/domain/flow.ts';
import { fraud } from '../../src/flows/fraud/flow.ts';
import type { FraudPolicy } from '../../src/flows/fraud/policy.ts';
import { adviceOnly } from '../../src/llm/adviceOnly.ts';
import { createCallLlm } from '../../src/llm/callLlm.ts';
import type { LlmCall, LlmSaid } from '../../src/llm/llmCall.ts';
import { llmQuestion } from '../../src/llm/llmQuestion.ts';
import type { LlmTarget } from '../../src/llm/wire/target.ts';
import { openDatabase } from '../../src/log/db/database.ts';
import type { LlmRung } from '../../src/policy/ladderPolicy.ts';
import { parsePolicy } from '../../src/policy/policy.ts';
import type { LlmAnswer } from '../../src/policy/prompt.ts';
import { openFakeLlm } from '../support/fakeLlm.ts';
import { llmTargetAt } from '../support/llmTarget.ts';
import { startTestStack } from '../support/stack.ts';
import { foldTestWeek, type LabelledPayment } from './labelledFold.ts';
import { scoreModel } from './labelledModel.ts';
import { ruleOfThumb } from './ruleOfThumb.ts';

const { values } = parseArgs({
  options: {
    ...{ data: { type: 'string' }, every: { type: 'string', default: '20' } },
    ...{ llm: { type: 'string' }, model: { type: 'string', default: 'default' }, max: { type: 'string', default: '200' } },
  },
});
if (values.data === undefined) throw new Error('Cannot measure without --data: a folder with transactions_*.csv.gz');
const EVERY = Number(values.every);
const AT_ONCE = 16;
/** Of a real server: one of one's own does one after the other. */
const REAL_AT_ONCE = 2;
const REAL_CALL_SECONDS = 120;

const policy = parsePolicy<FraudPolicy>(fraud, fraud.policyText);
const shipped = policy.rungs.find((rung): rung is LlmRung => rung.rung === 'llm');
if (shipped === undefined) throw new Error('Cannot measure as the shipped policy has no LLM');
/** Nothing but its answers keeps it from deciding. */
const terms: LlmRung = { ...shipped, decides: true, reuseSeconds: 0, budget: { ...shipped.budget, usdMax: 1e6, tokensMax: 1e12 } };

interface Tally {
  decided: number;
  wrong: number;
  costUsd: number;
}

class Strategy {
  readonly rungs = new Map<string, Tally>();
  payments = 0;

  add(rung: string, { wrong, costUsd = 0 }: { wrong: boolean; costUsd?: number }): void {
    const tally = this.rungs.get(rung) ?? { decided: 0, wrong: 0, costUsd: 0 };
    this.rungs.set(rung, tally);
    tally.decided += 1;
    tally.wrong += wrong ? 1 : 0;
    tally.costUsd += costUsd;
    this.payments += 1;
  }

  print(name: string): void {
    const all = [...this.rungs.values()];
    const costUsd = all.reduce((sum, tally) => sum + tally.costUsd, 0);
    const wrong = all.reduce((sum, tally) => sum + tally.wrong, 0);
    console.log(
      `\n${name}: ${this.payments} payments, ${((1000 * costUsd) / this.payments).toFixed(4)} USD and ${((1000 * wrong) / this.payments).toFixed(2)} errors per 1,000`,
    );
    for (const [rung, tally] of this.rungs)
      console.log(
        `  ${rung.padEnd(8)} decides ${((100 * tally.decided) / this.payments).toFixed(2).padStart(6)} %, wrong in ${((100 * tally.wrong) / tally.decided).toFixed(2).padStart(5)} % of them (${tally.wrong} of ${tally.decided})`,
      );
  }
}

const isWrong = (outcome: string, { fraud: truth }: LabelledPayment): boolean => (outcome === 'decline') !== truth;

async function askAll(payments: readonly LabelledPayment[], call: (call: LlmCall) => Promise<LlmSaid>, strategy: Strategy): Promise<void> {
  let next = 0;
  const ask = async (): Promise<void> => {
    for (let at = next++; at < payments.length; at = next++) {
      const payment = payments[at] as LabelledPayment;
      asked += 1;
      const { words, answer, prompt, strangersChars } = llmQuestion({ flow: fraud as Flow, policy, terms }, payment);
      const said = await call({
        ...{ tenant: 'default', flow: 'fraud', eventPosition: asked, subject: payment.event.subject, step: 'turn 0' },
        ...{ terms, promptVersion: prompt, words, answer, tools: [], untilMs: 0, value: 0, signal: new AbortController().signal },
      });
      const costUsd = said.call?.costUsd ?? 0;
      if (said.kind !== 'answer') throw new Error(`the fake LLM did not answer: ${JSON.stringify(said)}`);
      const value = said.value as LlmAnswer;
      const passes =
        payment.provisional.rung === 'rules' ||
        adviceOnly(value, { terms, tight: false, data: payment.event.data, strangersChars }) !== null;
      strategy.add(passes ? 'person' : 'llm', { wrong: !passes && isWrong(value.outcome, payment), costUsd });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
}

let asked = 0;
const [ladder, never, always] = [new Strategy(), new Strategy(), new Strategy()];
const [doubtful, sampled]: [LabelledPayment[], LabelledPayment[]] = [[], []];
let nth = 0;
for await (const payment of foldTestWeek(values.data)) {
  nth += 1;
  if (nth % EVERY === 0) sampled.push(payment);
  if (!payment.final) doubtful.push(payment);
  const { outcome, rung } = payment.provisional;
  for (const strategy of [ladder, never]) if (payment.final) strategy.add(rung, { wrong: isWrong(outcome, payment) });
}
for (const _ of doubtful) never.add('person', { wrong: false });

async function withCaller(target: LlmTarget, work: (call: (call: LlmCall) => Promise<LlmSaid>) => Promise<void>): Promise<void> {
  const stack = await startTestStack();
  const pool = openDatabase((await stack.run()).database ?? '', { name: 'labelled' });
  try {
    await work(createCallLlm({ pool, logger: pino({ level: 'warn' }), llm: target }));
  } finally {
    await pool.end();
    await stack.stop();
  }
}

async function scoreReal(baseUrl: string): Promise<void> {
  const apiKey = process.env.OPENAI_API_KEY ?? null;
  const target = llmTargetAt(baseUrl, { model: values.model, apiKey, requestsAtOnce: REAL_AT_ONCE });
  const patient = { ...terms, callSeconds: REAL_CALL_SECONDS };
  await withCaller(target, (call) => scoreModel(doubtful, { call, policy, terms: patient, max: Number(values.max), atOnce: REAL_AT_ONCE }));
}

async function measureLadder(): Promise<void> {
  const llm = await openFakeLlm(ruleOfThumb);
  try {
    await withCaller(llmTargetAt(llm.url, { model: 'rule-of-thumb' }), async (call) => {
      await askAll(doubtful, call, ladder);
      await askAll(sampled, call, always);
    });
  } finally {
    await llm.close();
  }
  console.log(
    `The LLM is a fake one, a rule of thumb: its errors are its own. Prices per million tokens: ${terms.price.inputUsdPerMillion} USD in, ${terms.price.outputUsdPerMillion} out.`,
  );
  console.log('A person is taken to be right; their time has no price here.');
  ladder.print('the ladder (rules, model, LLM, person)');
  never.print('never an LLM (rules, model, person)');
  always.print(`always an LLM, then a person (each ${EVERY}th payment)`);
}

await (values.llm === undefined ? measureLadder() : scoreReal(values.llm));
