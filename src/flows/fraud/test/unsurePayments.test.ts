import { describe, expect, it } from '@jest/globals';
import { unsureCard } from '../../../../test/support/unsurePayments.ts';
import type { FlowEvent, JsonObject } from '../../../domain/event.ts';
import type { Folded, StateBytes } from '../../../domain/flow.ts';
import { parsePolicy } from '../../../policy/policy.ts';
import { fraud } from '../flow.ts';
import { fraudReflex } from '../reflex.ts';

describe('unsureCard()', () => {
  it('unsureCard() makes a payment that the shipped model hands on, not a rule', () => {
    const policy = parsePolicy(fraud, fraud.policyText);
    const states = new Map<string, StateBytes>();
    const { habit, payment } = unsureCard('c-1');
    let folded: Folded | undefined;
    for (const sent of [...habit, payment] as { id: string; type: string; time: string; data: JsonObject }[]) {
      const timeMs = Date.parse(sent.time);
      const event: FlowEvent = { ...sent, position: 1, source: '/t', subject: 'c-1', timeMs, acceptedAtMs: timeMs };
      const keys = fraudReflex.keys(event);
      folded = fraudReflex.fold(
        keys.map((key) => states.get(key) ?? null),
        event,
        policy,
      );
      folded.states.forEach((state, at) => {
        if (state !== null) states.set(keys[at] as string, state);
      });
    }
    expect(folded?.decision).toMatchObject({ outcome: 'review', rung: 'model', provisional: true });
  });
});
