/**
 * Folds payments, failures and disputes into their card and terminal, and decides payments. Failures and disputes decide
 * nothing: they change what is known when the next payment comes.
 */
import { instantText } from '../../domain/instant.ts';
import { defineReflex } from '../../kit/defineReflex.ts';
import { addCardFailure, cardHistory } from './cardHistory.ts';
import { type Tries, takeTry, triedFrom, triesState } from './cardTesting.ts';
import { deskState, takeReview } from './desk.ts';
import { FEATURES } from './features.ts';
import { LATENESS_MS } from './horizon.ts';
import { judge } from './judge.ts';
import { fraudModel } from './model/fraudModel.ts';
import { ATTEMPTED, DISPUTED, FAILED, paymentEvents } from './payment.ts';
import type { FraudPolicy } from './policy.ts';
import { takeDispute } from './takeDispute.ts';
import { takePayment } from './takePayment.ts';
import { isFraud, terminalHistory } from './terminalHistory.ts';
import { takeTravel, travelState } from './travel.ts';

const SHOWN_PAYMENTS = 10;

if (fraudModel.features.join() !== FEATURES.join()) throw new Error('Cannot use the fraud model as it was trained on other features');

export const fraudReflex = defineReflex({
  events: paymentEvents,
  states: { card: cardHistory, terminal: terminalHistory, tries: triesState, travel: travelState, desk: deskState },
  subject: 'card',
  keys: {
    [ATTEMPTED]: (data) => ({
      card: data.cardId,
      terminal: data.terminalId,
      tries: triedFrom(data),
      travel: data.country === undefined ? undefined : data.cardId,
      desk: 'all',
    }),
    [FAILED]: (data) => ({ card: data.cardId, tries: triedFrom(data) }),
    [DISPUTED]: ({ cardId, terminalId }) => ({ card: cardId, terminal: terminalId }),
  },
  latenessMs: LATENESS_MS,
  timeless: [DISPUTED],
  on: {
    [ATTEMPTED](given, event, policy: FraudPolicy) {
      const { card, terminal, travel } = given;
      const tested = takeTry(given.tries, event, { failed: false, policy });
      const travelled = travel === undefined ? [] : takeTravel(travel, event, policy);
      const taken = takePayment({ card, terminal }, event, [...tested.reasons, ...travelled]);
      const judged = judge(taken, event, { scored: fraudModel.score(taken.row), policy });
      const states = {
        card,
        terminal,
        tries: tested.tries as Tries[],
        ...(travel === undefined || travel.last === null ? {} : { travel }),
      };
      if (judged.decision?.provisional !== true || policy.reviews === undefined) return { states, ...judged };
      // asked for here alone: it is large, and few payments are doubtful
      const { desk } = given;
      const instead = takeReview(desk, judged.decision, event, policy);
      return { states: { ...states, desk }, ...(instead === null ? judged : { decision: instead }) };
    },
    [FAILED]({ card, tries }, event, policy: FraudPolicy) {
      addCardFailure(card, event.timeMs);
      return { states: { card, tries: takeTry(tries, event, { failed: true, policy }).tries as Tries[] } };
    },
    [DISPUTED]: (states, event) => ({ states: takeDispute(states, event) }),
  },
  show: {
    card({ times, amounts, disputes, failures }) {
      const newest = times.map((timeMs, at) => ({ at: instantText(timeMs), amount: amounts[at] as number })).slice(-SHOWN_PAYMENTS);
      return { payments: times.length, disputes: disputes.length, failures: failures.length, newest };
    },
    terminal: ({ times, marks }) => ({ payments: times.length, disputed: marks.filter(isFraud).length }),
  },
});
