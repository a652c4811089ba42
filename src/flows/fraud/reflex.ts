/**
 * Folds payments, failures and disputes into their card and terminal, and decides payments. Failures and disputes decide
 * nothing: they change what is known when the next payment comes.
 */
import type { FlowEvent, JsonObject } from '../../domain/event.ts';
import type { Folded, Reflex, StateBytes } from '../../domain/flow.ts';
import { instantText } from '../../domain/instant.ts';
import { addCardFailure, newestPayment, readCard, writeCard } from './cardHistory.ts';
import { FEATURES } from './features.ts';
import { LATENESS_MS } from './horizon.ts';
import { judge } from './judge.ts';
import { fraudModel } from './model/fraudModel.ts';
import { CARD_KEY, DISPUTED, FAILED, keysOf } from './payment.ts';
import type { FraudPolicy } from './policy.ts';
import { takeDispute } from './takeDispute.ts';
import { takePayment } from './takePayment.ts';
import { isFraud, readTerminal } from './terminalHistory.ts';

const SHOWN_PAYMENTS = 10;

if (fraudModel.features.join() !== FEATURES.join()) throw new Error('Cannot use the fraud model as it was trained on other features');

function foldFailure([cardState = null]: readonly (StateBytes | null)[], event: FlowEvent): Folded {
  const card = readCard(cardState);
  addCardFailure(card, event.timeMs);
  return { states: [writeCard(card)] };
}

function fold(states: readonly (StateBytes | null)[], event: FlowEvent, policy: FraudPolicy): Folded {
  if (event.type === DISPUTED) return { states: takeDispute(states, event) };
  if (event.type === FAILED) return foldFailure(states, event);
  const taken = takePayment(states, event);
  return judge(taken, event, { scored: fraudModel.score(taken.row), policy });
}

function show(key: string, state: StateBytes): JsonObject {
  if (!key.startsWith(CARD_KEY)) {
    const { times, marks } = readTerminal(state);
    return { payments: times.length, disputed: marks.filter(isFraud).length };
  }
  const { times, amounts, disputes, failures } = readCard(state);
  const newest = times.map((timeMs, at) => ({ at: instantText(timeMs), amount: amounts[at] as number })).slice(-SHOWN_PAYMENTS);
  return { payments: times.length, disputes: disputes.length, failures: failures.length, newest };
}

export const fraudReflex: Reflex<FraudPolicy> = {
  format: 1,
  keys: keysOf,
  latenessMs: LATENESS_MS,
  timeless: [DISPUTED],
  newestMs: newestPayment,
  fold,
  show,
  subjectKey: (subject) => CARD_KEY + subject,
};
