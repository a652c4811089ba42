import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../domain/event.ts';
import type { FlowOutcomes } from '../../../domain/flow/flowOutcomes.ts';
import { keysOf } from '../../../kit/fold.ts';
import { parsePolicy } from '../../../policy/policy.ts';
import { fraud } from '../flow.ts';

describe('fraud', () => {
  const wrong: [string, string, JsonObject, string][] = [
    ['a negative amount', 'payment.attempted', { amount: -1 }, 'amount'],
    ['an amount as text', 'payment.attempted', { amount: 'much' }, 'amount'],
    ['an amount beyond 1e12', 'payment.attempted', { amount: 2e12 }, 'amount'],
    ['no card', 'payment.attempted', { cardId: '' }, 'cardId'],
    ['a long id', 'payment.failed', { paymentId: 'x'.repeat(257) }, 'paymentId'],
    ['a dispute without its verdict', 'payment.disputed', {}, 'fraud'],
  ];
  it.each(wrong)('types refuse %s and name the field', (_, type, data, field) => {
    const given = { paymentId: 'p', cardId: 'c', terminalId: 't', amount: 1, currency: 'EUR', code: 'x', ...data };
    const parsed = fraud.types[type]?.schema.safeParse(given);
    expect(parsed?.error?.issues.map(({ path }) => path)).toEqual([[field]]);
  });

  it('types take no id that the reflex cannot keep', () => {
    const id = '💳'.repeat(256);
    const given = { paymentId: id, cardId: id, terminalId: id, amount: 1, currency: 'EUR' };
    const { cardId: subject } = given;
    expect(fraud.types['payment.attempted']?.schema.safeParse(given).success).toBe(true);
    const event = { position: 1, source: '/s', id: 'e', type: 'payment.attempted', subject, timeMs: 0, acceptedAtMs: 0, data: given };
    expect(keysOf(fraud, event)).toEqual([`card:${id}`, `terminal:${id}`, `tries:terminal:${id}`, 'desk:all']);
  });

  it('types keep unknown fields and name the card as the subject', () => {
    const type = fraud.types['payment.attempted'];
    const given = { paymentId: 'p', cardId: 'c', terminalId: 't', amount: 0, currency: 'EUR', note: { a: [1] } };
    expect(type?.schema.parse(given)).toEqual(given);
    expect(type?.subject(given)).toBe('c');
  });
});

describe('fraudLabels', () => {
  const labels = fraud.labels as FlowOutcomes;
  const data = { paymentId: 'p', cardId: 'c', terminalId: 't' };

  it('fraudLabels join disputes and payments by the payment, and a dispute can be taken back', () => {
    expect(labels.keyOf({ type: 'payment.attempted', data })).toBe('p');
    expect(labels.labelOf({ type: 'payment.disputed', data: { ...data, fraud: true } })).toEqual({ key: 'p', truth: 'fraud' });
    expect(labels.labelOf({ type: 'payment.disputed', data: { ...data, fraud: false } })).toEqual({ key: 'p', truth: 'genuine' });
  });

  it('fraudLabels pass by what is neither', () => {
    expect(labels.keyOf({ type: 'payment.failed', data })).toBeNull();
    expect(labels.keyOf({ type: 'payment.disputed', data })).toBeNull();
    expect(labels.labelOf({ type: 'payment.attempted', data })).toBeNull();
  });

  it('fraudLabels judge each outcome that the flow has, by a truth that it declares', () => {
    expect(Object.keys(labels.claims).sort()).toEqual([...fraud.outcomes].sort());
    for (const truth of [...Object.values(labels.claims), labels.positive, labels.silence?.truth]) expect(labels.truths).toContain(truth);
  });
});

describe('fraudPolicy', () => {
  it('parsePolicy() names every wrong field', () => {
    const text = fraud.policyText
      .replace('declineFrom: 0.9', 'declineFrom: 0.1')
      .replace('autoApproveMax: 500', 'autoApproveMax: -1\n  autoDeclineMax: 7')
      .replace('[3600, 43200]', '[3600, 86400]')
      .replace('default: decline', 'default: maybe')
      .replace('name: release', 'name: Release It');
    let message = '';
    try {
      parsePolicy(fraud, text);
    } catch (error) {
      message = (error as Error).message;
    }
    for (const part of ['limits.autoApproveMax', 'autoDeclineMax', 'approvals.default', 'actions.0.name']) expect(message).toContain(part);
    const late = fraud.policyText.replace('[3600, 43200]', '[3600, 86400]').replace('declineFrom: 0.9', 'declineFrom: 0.1');
    expect(() => parsePolicy(fraud, late)).toThrow('approvals.remindersSeconds.1: must be before the deadline of 86400 s');
    expect(() => parsePolicy(fraud, late)).toThrow('bands.declineFrom: must not be below reviewFrom');
    expect(() => parsePolicy(fraud, '')).toThrow('Cannot use the policy of fraud');
  });
});
