/**
 * `npm run labelled -- --data DIR --llm URL --model NAME [--max 200]`: a real model against the labels of the payments that the trees
 * doubt. It is worth asking where it is right more often than they are by themselves.
 *
 * Each is asked about once, without look-ups: there is no log that holds the card's history. A spread sample is taken where there are more
 * than `--max`. What keeps an answer from deciding (strangers' texts, limits) does not count here.
 */
import type { Flow } from '../../src/domain/flow.ts';
import { fraud } from '../../src/flows/fraud/flow.ts';
import type { FraudPolicy } from '../../src/flows/fraud/policy.ts';
import type { LlmCall, LlmSaid } from '../../src/llm/llmCall.ts';
import { llmQuestion } from '../../src/llm/llmQuestion.ts';
import type { LlmRung } from '../../src/policy/ladderPolicy.ts';
import type { LlmAnswer } from '../../src/policy/prompt.ts';
import type { LabelledPayment } from './labelledFold.ts';

export interface Scoring {
  readonly call: (call: LlmCall) => Promise<LlmSaid>;
  readonly policy: FraudPolicy;
  readonly terms: LlmRung;
  readonly max: number;
  readonly atOnce: number;
}

interface Judged {
  readonly answer: LlmAnswer;
  readonly fraud: boolean;
}

const PATIENT_MS = 3_600_000;
const percent = (part: number, whole: number): string => (whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`);
const declines = ({ answer }: Judged): boolean => answer.outcome === 'decline';
const isRight = (judged: Judged): boolean => declines(judged) === judged.fraud;

function spread<Item>(items: readonly Item[], max: number): Item[] {
  const step = Math.max(1, items.length / max);
  return Array.from({ length: Math.min(max, items.length) }, (_, nth) => items[Math.floor(nth * step)] as Item);
}

export async function scoreModel(doubtful: readonly LabelledPayment[], { call, policy, terms, max, atOnce }: Scoring): Promise<void> {
  const sample = spread(doubtful, max);
  const judged: Judged[] = [];
  const silent = new Map<string, number>();
  let [next, ms, costUsd] = [0, 0, 0];
  const ask = async (): Promise<void> => {
    for (let at = next++; at < sample.length; at = next++) {
      const payment = sample[at] as LabelledPayment;
      const { words, answer, prompt } = llmQuestion({ flow: fraud as Flow, policy, terms }, payment);
      const said = await call({
        ...{ tenant: 'default', flow: 'fraud', eventPosition: at + 1, subject: payment.event.subject, step: 'turn 0', terms },
        ...{ promptVersion: prompt, words, answer, tools: [], untilMs: Date.now() + PATIENT_MS, value: 0 },
        signal: new AbortController().signal,
      });
      ms += said.call?.ms ?? 0;
      costUsd += said.call?.costUsd ?? 0;
      if (said.kind === 'answer') judged.push({ answer: said.value as LlmAnswer, fraud: payment.fraud });
      else if (said.kind === 'abstained') silent.set(said.code, (silent.get(said.code) ?? 0) + 1);
      if ((at + 1) % 20 === 0) console.log(`${at + 1} of ${sample.length} asked`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, ask));

  const frauds = sample.filter(({ fraud: truth }) => truth).length;
  const trees = sample.filter(({ provisional, fraud: truth }) => (provisional.score ?? 0) >= 0.5 === truth).length;
  const right = judged.filter(isRight).length;
  const sure = judged.filter(({ answer }) => answer.confidence >= terms.decideFrom);
  const claimed = judged.filter(declines);
  const lines = [
    `${sample.length} of ${doubtful.length} payments that the trees doubt, ${frauds} of them fraud (${percent(frauds, sample.length)})`,
    `the trees alone, declining from a score of .5 on: right in ${percent(trees, sample.length)}`,
    `the model answered ${judged.length}: right in ${percent(right, judged.length)}; of those that it declined, ${percent(claimed.filter(isRight).length, claimed.length)} were fraud`,
    `sure enough to decide (from ${terms.decideFrom} on): ${sure.length}, right in ${percent(sure.filter(isRight).length, sure.length)}`,
    `no answer: ${[...silent].map(([code, count]) => `${count} ${code}`).join(', ') || 'none'}`,
    `${(ms / 1000 / sample.length).toFixed(1)} s and ${(costUsd / sample.length).toFixed(6)} USD a payment`,
    right / Math.max(1, judged.length) > trees / sample.length && judged.length > sample.length / 2
      ? 'It is right more often than the trees.'
      : 'It is not right more often than the trees: it is not worth asking.',
  ];
  for (const line of lines) console.log(line);
}
