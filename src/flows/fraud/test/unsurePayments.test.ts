import { describe, expect, it } from '@jest/globals';
import { unsureCard } from '../../../../test/support/unsurePayments.ts';
import type { JsonObject } from '../../../domain/event.ts';
import { LogFold } from '../../../kit/foldAll.ts';
import { parsePolicy } from '../../../policy/policy.ts';
import { fraud } from '../flow.ts';

describe('unsureCard()', () => {
  it('unsureCard() makes a payment that the shipped model hands on, not a rule', () => {
    const log = new LogFold({ flow: fraud, policy: parsePolicy(fraud, fraud.policyText) });
    const { habit, payment } = unsureCard('c-1');
    const [last] = ([...habit, payment] as { id: string; type: string; time: string; data: JsonObject }[])
      .map(({ id, type, time, data }) => log.add({ id, type, timeMs: Date.parse(time), data }))
      .reverse();
    expect(last?.decision).toMatchObject({ outcome: 'review', rung: 'model', provisional: true });
  });
});
