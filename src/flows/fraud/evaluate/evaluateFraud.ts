/**
 * `npm run evaluate:fraud -- --data DIR [--url URL]`: what the fraud flow is worth on the Fraud Detection Handbook's data. Folds the
 * data here, or, with --url, takes the decisions of a service into which it was imported. Exit code 1 where features differ from
 * the reference or a figure misses its target.
 */
import { parseArgs } from 'node:util';
import { report } from '../../../cli/report.ts';
import { CannotRun } from '../../../domain/errors.ts';
import { type Figures, figuresOf, intervalsOf, mulberry32 } from '../../../evaluate/bootstrap.ts';
import { readConfig, wantsDebug } from '../../../settings/config.ts';
import { findCsv, readTransactions, type Transaction } from './handbook.ts';
import { foldHere, type Judged, readService } from './judged.ts';
import { inProtocol, type TestPayment, testPayments } from './protocol.ts';
import { ReferenceCheck, type ReferenceReport } from './referenceCheck.ts';
import { tiedPairs } from './tiedPayments.ts';

const TARGETS: Figures = { auc: 0.88, averagePrecision: 0.7, cardPrecision100: 0.3 };
const ROUNDS = 1000;
const RULE_AMOUNT = 220;

/** From the handbook's chapters 3 and 5, on the same week. */
const PUBLISHED: readonly [string, Figures][] = [
  ['published: logistic regression', { auc: 0.871, averagePrecision: 0.606, cardPrecision100: 0.291 }],
  ['published: random forest', { auc: 0.867, averagePrecision: 0.658, cardPrecision100: 0.287 }],
  ['published: XGBoost', { auc: 0.862, averagePrecision: 0.639, cardPrecision100: 0.273 }],
];

const line = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

interface Taken {
  readonly scores: ReadonlyMap<number, number>;
  readonly outcomes: ReadonlyMap<string, number>;
  readonly judged: number;
}

async function take(judged: AsyncIterable<Judged>, check: ReferenceCheck): Promise<Taken> {
  const scores = new Map<number, number>();
  const outcomes = new Map<string, number>();
  for await (const { id, score, outcome, features } of judged) {
    scores.set(id, score);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    check.compare(id, features);
  }
  return { scores, outcomes, judged: scores.size };
}

function printReference({ rows, missing, wrong, deviation, exchanged }: ReferenceReport): boolean {
  const told = `${missing} missing, ${wrong.length} off${wrong.length === 0 ? '' : ` (${wrong.slice(0, 5).join(', ')})`}`;
  line(`features: ${rows} rows of 14 compared, ${told}, largest deviation ${deviation.toExponential(2)}`);
  if (exchanged > 0) line(`  ${exchanged} of them equal once two payments of one card and second are taken the other way round`);
  return rows > 0 && missing === 0 && wrong.length === 0;
}

const row = (name: string, { auc, averagePrecision, cardPrecision100 }: Figures): string =>
  `${name.padEnd(34)} ${auc.toFixed(3).padStart(7)} ${averagePrecision.toFixed(3).padStart(7)} ${cardPrecision100.toFixed(3).padStart(7)}`;

function printFigures(payments: readonly TestPayment[]): boolean {
  const frauds = payments.filter(({ fraud }) => fraud).length;
  line(`test week 2018-08-08 to 14 by the protocol: ${payments.length} payments, ${frauds} frauds`);
  line(`${''.padEnd(34)} ${'AUC'.padStart(7)} ${'AP'.padStart(7)} ${'CP@100'.padStart(7)}`);
  const figures = figuresOf(payments);
  const intervals = intervalsOf(payments, ROUNDS);
  line(row('signalbox', figures));
  const bound = (side: 0 | 1): Figures => ({
    auc: intervals.auc[side],
    averagePrecision: intervals.averagePrecision[side],
    cardPrecision100: intervals.cardPrecision100[side],
  });
  line(row('  95 % from (cards resampled)', bound(0)));
  line(row('  95 % to', bound(1)));
  line(row('  target', TARGETS));
  for (const [name, published] of PUBLISHED) line(row(name, published));
  const random = mulberry32(2);
  const scoredBy = (score: (payment: TestPayment) => number): Figures =>
    figuresOf(payments.map((payment) => ({ ...payment, score: score(payment) })));
  line(
    row(
      'the amount as score',
      scoredBy(({ amount }) => amount),
    ),
  );
  line(
    row(
      `rule: amount > ${RULE_AMOUNT}`,
      scoredBy(({ amount }) => (amount > RULE_AMOUNT ? 1 : random() / 2)),
    ),
  );
  line(row('random scores', scoredBy(random)));
  line(
    row(
      'a perfect scorer',
      scoredBy(({ fraud }) => (fraud ? 1 : 0)),
    ),
  );
  const alerts = payments.filter(({ amount }) => amount > RULE_AMOUNT);
  line(`the rule alone: ${alerts.length} alerts, ${alerts.filter(({ fraud }) => fraud).length} of ${frauds} frauds`);
  return (Object.keys(TARGETS) as (keyof Figures)[]).every((figure) => figures[figure] >= TARGETS[figure]);
}

async function main(): Promise<0 | 1> {
  const { values } = parseArgs({ options: { data: { type: 'string' }, url: { type: 'string' } } });
  const { data, url } = values;
  if (data === undefined) throw new CannotRun('Cannot evaluate without --data DIR, the folder of the handbook data');
  const check = await ReferenceCheck.read(await findCsv(data, 'reference_features_'));
  const started = performance.now();
  const source = url === undefined ? foldHere(data) : readService(url, readConfig().SIGNALBOX_KEY);
  const { scores, outcomes, judged } = await take(source, check);
  const counts = [...outcomes].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
  line(`${judged} payments judged in ${Math.round((performance.now() - started) / 1000)} s: ${counts}`);
  const transactions: Transaction[] = [];
  for await (const transaction of readTransactions(await findCsv(data, 'transactions_')))
    if (inProtocol(transaction)) transactions.push(transaction);
  check.exchange(tiedPairs(transactions));
  const equal = printReference(check.report());
  const scoreOf = (id: number): number => {
    const score = scores.get(id);
    if (score === undefined) throw new CannotRun(`Cannot evaluate as payment tx-${id} of the test week was not decided`);
    return score;
  };
  const reached = printFigures(testPayments(transactions, scoreOf));
  line(reached && equal ? 'all targets reached' : 'NOT all targets reached');
  return reached && equal ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.exitCode = report(error, wantsDebug());
}
