import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { nearest } from '../../src/domain/nearest.ts';
import { OUR_WORDS, shapeFaults } from '../../src/domain/shapeFaults.ts';

const order = z.strictObject({
  amount: z.number().min(0).max(100),
  count: z.int(),
  currency: z.enum(['EUR', 'USD']),
  note: z.string().min(1).max(5).optional(),
  lines: z.array(z.strictObject({ sku: z.string(), 'a/b': z.boolean().optional() })).min(1),
});
const GOOD = { amount: 1, count: 1, currency: 'EUR', lines: [{ sku: 'a' }] };

function faultsOf(value: unknown): string[] {
  const parsed = order.safeParse(value, OUR_WORDS);
  return parsed.error === undefined ? [] : shapeFaults(order, parsed.error, '/data').map(({ pointer, detail }) => `${pointer} ${detail}`);
}

describe('shapeFaults() says what to send instead', () => {
  it.each([
    ['a field that is missing', { ...GOOD, amount: undefined }, '/data/amount is required'],
    ['a text for a number', { ...GOOD, amount: '1' }, '/data/amount must be a number, not a text'],
    ['null for a number', { ...GOOD, amount: null }, '/data/amount must be a number, not null'],
    ['part of a whole number', { ...GOOD, count: 1.5 }, '/data/count must be a whole number, not a number'],
    ['a number beyond its range', { ...GOOD, amount: 101 }, '/data/amount must be at most 100'],
    ['a text that is too long', { ...GOOD, note: 'abcdef' }, '/data/note must have at most 5 characters'],
    ['an empty list', { ...GOOD, lines: [] }, '/data/lines must have at least 1 items'],
    ['another word', { ...GOOD, currency: 'EURO' }, '/data/currency must be one of "EUR", "USD" (did you mean EUR?)'],
    ['a field that nobody knows', { ...GOOD, amuont: 2 }, '/data/amuont is unknown here (did you mean amount?)'],
    ['an unknown field far inside', { ...GOOD, lines: [{ sku: 'a', 'a/c': 1 }] }, '/data/lines/0/a~1c is unknown here (did you mean a/b?)'],
    ['a list for an object', [], '/data must be an object, not a list'],
  ])('%s', (_name, value, said) => {
    expect(faultsOf(value)).toEqual([said]);
  });

  it("keeps a schema's own words", () => {
    const schema = z.object({ id: z.string({ error: 'must be the id of an order' }) });
    const { error } = schema.safeParse({ id: 1 }, OUR_WORDS);
    expect(error && shapeFaults(schema, error)).toEqual([{ pointer: '/id', detail: 'must be the id of an order' }]);
  });
});

describe('nearest()', () => {
  it.each([
    ['payment.atempted', 'payment.attempted'],
    ['limt', 'limit'],
    ['LIMIT', 'limit'],
    ['filmt', undefined],
    ['x', undefined],
    ['l'.repeat(100_000), undefined],
  ])('%s', (name, found) => {
    expect(nearest(name, ['payment.attempted', 'payment.failed', 'limit', 'after'])).toBe(found);
  });
});
