/** A shop's till: payments and failures as the fraud flow folds them, one after the other. */
import type { JsonObject } from '../../../domain/event.ts';
import { type FoldedEvent, LogFold } from '../../../kit/foldAll.ts';
import { parsePolicy } from '../../../policy/policy.ts';
import { fraud } from '../flow.ts';
import { ATTEMPTED, FAILED } from '../payment.ts';
import type { FraudPolicy } from '../policy.ts';

export const START_MS = Date.UTC(2026, 2, 2);
export const policy = parsePolicy(fraud, fraud.policyText) as FraudPolicy;
/** The model approves all of them. */
export const easy: FraudPolicy = { ...policy, bands: { reviewFrom: 1, declineFrom: 1 } };

export class Till {
  readonly #log: LogFold<FraudPolicy>;
  #count = 0;
  constructor(used: FraudPolicy = easy) {
    this.#log = new LogFold({ flow: fraud, policy: used }) as LogFold<FraudPolicy>;
  }
  tell(type: string, afterMs: number, data: JsonObject = {}, acceptedAtMs = START_MS + afterMs): FoldedEvent {
    this.#count += 1;
    const given = { paymentId: `p${this.#count}`, cardId: `c${this.#count}`, terminalId: 't', amount: 20, currency: 'EUR', ...data };
    return this.#log.add({ type, timeMs: START_MS + afterMs, acceptedAtMs, data: type === FAILED ? { ...given, code: 'no' } : given });
  }
  pay(afterMs: number, data: JsonObject = {}): FoldedEvent {
    return this.tell(ATTEMPTED, afterMs, data);
  }
}
/** Of what the rules said. */
export const codes = ({ decision }: FoldedEvent): string[] =>
  (decision?.reasons ?? []).filter(({ weight }) => weight === undefined).map(({ code }) => code);
