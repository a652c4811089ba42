/** The Fraud Detection Handbook's payments as the reflex judges them in time order, with what turned out to be true. */
import type { Decision } from '../../src/domain/decision.ts';
import type { FlowEvent, JsonObject } from '../../src/domain/event.ts';
import { DataFolder } from '../../src/evaluate/dataFolder.ts';
import { COLUMNS, dayStartMs, readTransactions, toEvents } from '../../src/flows/fraud/evaluate/handbook.ts';
import { rowOf } from '../../src/flows/fraud/evaluate/rowOf.ts';
import { FEATURES } from '../../src/flows/fraud/features.ts';
import { fraud } from '../../src/flows/fraud/flow.ts';
import { foldAll } from '../../src/kit/foldAll.ts';
import { parsePolicy } from '../../src/policy/policy.ts';

/** The week that the handbook tests on. */
const FROM_MS = dayStartMs('2018-08-08');
const BEFORE_MS = dayStartMs('2018-08-15');

export interface LabelledPayment {
  readonly event: FlowEvent;
  readonly found: JsonObject;
  readonly provisional: Decision;
  /** The reflex has decided; else a case would follow. */
  readonly final: boolean;
  readonly fraud: boolean;
}

/** The payments of the test week, judged after all that came before them; labels are known a week after their payment. */
export async function* foldTestWeek(directory: string): AsyncGenerator<LabelledPayment> {
  const policy = parsePolicy(fraud, fraud.policyText);
  const events = toEvents(readTransactions((await DataFolder.open(directory)).tables(COLUMNS)));
  for await (const { sent, event, before, decision, found } of foldAll({ flow: fraud, policy }, events)) {
    if (sent.transaction === null || decision === null || event.timeMs < FROM_MS || event.timeMs >= BEFORE_MS) continue;
    // what the reflex hands to a case, also for a payment that needs none
    const row = rowOf({ event, before });
    yield {
      event,
      found: found === null ? Object.fromEntries(FEATURES.map((name, at) => [name, row[at] as number])) : JSON.parse(found).found,
      provisional: {
        ...decision,
        id: 'dec_fraud.0.0',
        revises: null,
        policy: 'fraud@000000000000',
        at: new Date(event.timeMs).toISOString(),
      },
      final: !decision.provisional,
      fraud: sent.transaction.fraud,
    };
  }
}
