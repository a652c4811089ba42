/**
 * Folds payments, failures and disputes into their card and terminal, and decides payments. Failures and disputes decide
 * nothing: they change what is known when the next payment comes.
 */
import { instantText } from '../../domain/instant.ts';
import { defineReflex } from '../../kit/defineReflex.ts';
import { addCardFailure, cardHistory } from './cardHistory.ts';
import { FEATURES } from './features.ts';
import { LATENESS_MS } from './horizon.ts';
import { judge } from './judge.ts';
import { fraudModel } from './model/fraudModel.ts';
import { ATTEMPTED, DISPUTED, FAILED, paymentEvents } from './payment.ts';
import type { FraudPolicy } from './policy.ts';
import { takeDispute } from './takeDispute.ts';
import { takePayment } from './takePayment.ts';
import { isFraud, terminalHistory } from './terminalHistory.ts';

const SHOWN_PAYMENTS = 10;

if (fraudModel.features.join() !== FEATURES.join()) throw new Error('Cannot use the fraud model as it was trained on other features');

interface Ids {
  readonly cardId: string;
  readonly terminalId: string;
}

const both = ({ cardId, terminalId }: Ids) => ({ card: cardId, terminal: terminalId });

export const fraudReflex = defineReflex({
  events: paymentEvents,
  states: { card: cardHistory, terminal: terminalHistory },
  subject: 'card',
  keys: { [ATTEMPTED]: both, [FAILED]: ({ cardId }) => ({ card: cardId }), [DISPUTED]: both },
  latenessMs: LATENESS_MS,
  timeless: [DISPUTED],
  on: {
    [ATTEMPTED](states, event, policy: FraudPolicy) {
      const taken = takePayment(states, event);
      return { states, ...judge(taken, event, { scored: fraudModel.score(taken.row), policy }) };
    },
    [FAILED]({ card }, { timeMs }) {
      addCardFailure(card, timeMs);
      return { states: { card } };
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
