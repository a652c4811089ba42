/** What the fraud flow is worth on the Fraud Detection Handbook's data: its features against the authors' own, its scores by their protocol. */
import { mulberry32 } from '../../../evaluate/bootstrap.ts';
import { calibrationChart, precisionRecallChart } from '../../../evaluate/curves.ts';
import type { DataSet, Evaluated, Figures, Given, Plot } from '../../../evaluate/dataSet.ts';
import { COLUMNS, dayOf, readTransactions, type Transaction, toEvents } from './handbook.ts';
import { inProtocol, type TestPayment, testDays, testPayments } from './protocol.ts';
import { type Features, REFERENCE_COLUMNS, ReferenceCheck } from './referenceCheck.ts';
import { tiedPairs } from './tiedPayments.ts';
import { weekFigures, weekIntervals } from './weekFigures.ts';

const RULE_AMOUNT = 220;
const TOLD_MAX = 5;

interface Taken {
  readonly scores: ReadonlyMap<number, number>;
  readonly transactions: readonly Transaction[];
  readonly firstDay: number;
  readonly outcomes: ReadonlyMap<string, number>;
  readonly rows: number;
}

/** Puts all payments and disputes to the flow; keeps what the protocol asks about. */
async function take({ tables, decide }: Given, check: ReferenceCheck): Promise<Taken> {
  const scores = new Map<number, number>();
  const outcomes = new Map<string, number>();
  const transactions: Transaction[] = [];
  let [rows, firstDay] = [0, Number.POSITIVE_INFINITY];
  for await (const { sent, outcome, score, result } of decide({ events: toEvents(readTransactions(tables)) })) {
    const { transaction } = sent;
    rows += 1;
    if (transaction === null) continue;
    firstDay = Math.min(firstDay, dayOf(transaction.timeMs));
    if (outcome !== null) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    check.compare(transaction.id, (result.features ?? {}) as Features);
    if (!inProtocol(transaction)) continue;
    scores.set(transaction.id, score ?? Number.NaN);
    transactions.push(transaction);
  }
  return { scores, transactions, firstDay, outcomes, rows };
}

function referenceNotes(check: ReferenceCheck): Pick<Evaluated, 'notes' | 'faults'> {
  const { rows, missing, wrong, deviation, exchanged } = check.report();
  if (rows === 0) return { notes: ['no reference features stand beside the data: ours are compared with nothing'], faults: [] };
  const told = wrong.length === 0 ? '' : ` (${wrong.slice(0, TOLD_MAX).join(', ')})`;
  const said = `features: ${rows} rows of 14 compared, ${missing} missing, ${wrong.length} off${told}, largest deviation ${deviation.toExponential(2)}`;
  const tied = exchanged === 0 ? [] : [`${exchanged} of them equal once two payments of one card and second are taken the other way round`];
  return missing + wrong.length > 0 ? { notes: tied, faults: [said] } : { notes: [said, ...tied], faults: [] };
}

function baselinesOf(weeks: readonly (readonly TestPayment[])[]): Record<string, Figures> {
  const random = mulberry32(2);
  const scoredBy = (score: (payment: TestPayment) => number): Figures =>
    weekFigures(weeks.map((payments) => payments.map((payment) => ({ ...payment, score: score(payment) }))));
  return {
    'the amount as score': scoredBy(({ amount }) => amount),
    [`rule: amount > ${RULE_AMOUNT}`]: scoredBy(({ amount }) => (amount > RULE_AMOUNT ? 1 : random() / 2)),
    'random scores': scoredBy(random),
    'a perfect scorer': scoredBy(({ fraud }) => (fraud ? 1 : 0)),
  };
}

function plotsOf(payments: readonly TestPayment[]): Plot[] {
  const scored = payments.map(({ score, fraud }) => ({ score, positive: fraud }));
  return [
    { name: 'fraud-handbook-precision-recall', svg: precisionRecallChart('Fraud handbook: payments of the test weeks by score', scored) },
    { name: 'fraud-handbook-calibration', svg: calibrationChart('Fraud handbook: score against the share of frauds', scored) },
  ];
}

async function evaluateHandbook(given: Given): Promise<Evaluated> {
  const check = await ReferenceCheck.read(given.beside(REFERENCE_COLUMNS));
  const { scores, transactions, firstDay, outcomes, rows } = await take(given, check);
  check.exchange(tiedPairs(transactions));
  const lastDay = transactions.reduce((last, { timeMs }) => Math.max(last, dayOf(timeMs)), Number.NEGATIVE_INFINITY);
  const scoreOf = (id: number): number => scores.get(id) ?? Number.NaN;
  const weeks = testDays(firstDay, lastDay).map((day) => testPayments(transactions, day, scoreOf));
  const { notes, faults } = referenceNotes(check);
  const payments = weeks.flat();
  const unscored = payments.filter(({ score }) => Number.isNaN(score)).length;
  const counts = [...outcomes].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
  const frauds = payments.filter(({ fraud }) => fraud).length;
  const alerts = payments.filter(({ amount }) => amount > RULE_AMOUNT);
  return {
    ...{ rows, figures: weekFigures(weeks), intervals: weekIntervals(weeks), baselines: baselinesOf(weeks) },
    notes: [
      `${weeks.length} test weeks by the protocol, from 2018-08-08 on: ${payments.length} payments, ${frauds} frauds; the mean of the weeks`,
      `decided: ${counts}`,
      `the rule alone: ${alerts.length} alerts, ${alerts.filter(({ fraud }) => fraud).length} of ${frauds} frauds`,
      ...notes,
    ],
    faults: [
      ...faults,
      ...(weeks.length === 0 ? ['the data holds no whole test week with the fortnight before it'] : []),
      ...(unscored === 0 ? [] : [`${unscored} payments of the test weeks were not scored`]),
    ],
    plots: plotsOf(payments),
  };
}

export const fraudHandbook: DataSet = {
  name: 'fraud-handbook',
  title: 'Fraud Detection Handbook, simulated card payments',
  columns: COLUMNS,
  lower: [],
  floors: { auc: 0.885, averagePrecision: 0.74, cardPrecision100: 0.3 },
  // the handbook's chapters 3 and 5, on the first test week
  published: {
    'logistic regression, Fraud Detection Handbook (2022), first test week': {
      auc: 0.871,
      averagePrecision: 0.606,
      cardPrecision100: 0.291,
    },
    'random forest, Fraud Detection Handbook (2022), first test week': { auc: 0.867, averagePrecision: 0.658, cardPrecision100: 0.287 },
    'XGBoost, Fraud Detection Handbook (2022), first test week': { auc: 0.862, averagePrecision: 0.639, cardPrecision100: 0.273 },
  },
  evaluate: evaluateHandbook,
};
