/** The bugs this hunts: a field that nobody named shown as if somebody had vouched for it; a canary inside a value that may be shown. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import type { Json, JsonObject } from '../../src/domain/event.ts';
import { fieldsOf, redacted, shownMessage, shownText, shownTo } from '../../src/domain/exposure.ts';
import type { Briefed, Exposure, Flow } from '../../src/domain/flow.ts';
import { redactText } from '../../src/domain/redactText.ts';
import { fraud } from '../../src/flows/fraud/flow.ts';
import { llmQuestion } from '../../src/llm/llmQuestion.ts';
import type { LadderPolicy, LlmRung } from '../../src/policy/ladderPolicy.ts';

const CARD = '4242424242424242';
const MAIL = 'alice@example.org';
const fields: Readonly<Record<string, Exposure>> = { id: 'plain', amount: 'plain', note: 'untrusted', email: 'personal', pin: 'secret' };
const AUDIENCES = ['history', 'prompt'] as const;

describe('shownTo()', () => {
  it.each(AUDIENCES)('masks whole what is marked and what nobody named, for a %s', (audience) => {
    const data: JsonObject = {
      id: 'p-1',
      amount: 12.5,
      email: { work: MAIL },
      pin: [1, 2],
      extra: { deep: MAIL },
      [MAIL]: 1,
      __proto: null,
    };
    expect(shownTo(audience, fields, data)).toEqual({
      ...{
        id: 'p-1',
        amount: 12.5,
        email: '[personal]',
        pin: '[secret]',
        extra: '[personal]',
        '[mail]': '[personal]',
        __proto: '[personal]',
      },
    });
  });

  it.each(AUDIENCES)('redacts and cuts what is shown, at any depth, for a %s', (audience) => {
    const note = { lines: [`pay ${CARD}`, { [MAIL]: `to ${MAIL}`, apiKey: 'hunter22', count: 3, card: Number(CARD) }] };
    expect(shownTo(audience, fields, { id: `x ${CARD}`, note })).toEqual({
      id: 'x [card]',
      note: { lines: ['pay [card]', { '[mail]': 'to [mail]', apiKey: '[key]', count: 3, card: '[card]' }] },
    });
    const long = shownTo(audience, fields, { note: 'word '.repeat(1000) }).note as string;
    expect(long).toHaveLength(1000);
    expect(long.endsWith('…')).toBe(true);
  });

  it('keeps plain numbers, and ids that are no card number, exact', () => {
    const ids = ['payment-123456', '1718000000000', '8515131751004933', '550e8400-e29b-41d4-a716-446655440000', 'x'.repeat(256)];
    for (const id of ids) expect(shownTo('history', fields, { id, amount: Number(CARD) })).toEqual({ id, amount: Number(CARD) });
    expect(shownTo('history', fields, { id: CARD })).toEqual({ id: '[card]' });
  });

  it('shows reviewers all but secrets, as it came', () => {
    const data: JsonObject = { id: CARD, note: `to ${MAIL}`, email: MAIL, pin: '1234', extra: { a: MAIL } };
    expect(shownTo('reviewer', fields, data)).toEqual({ ...data, pin: '[secret]' });
  });

  it('does not grow a body of small fields that nobody named', () => {
    const data = Object.fromEntries(Array.from({ length: 50_000 }, (_, nth) => [`f${nth}`, 1]));
    expect(Object.keys(shownTo('history', fields, data)).length).toBeLessThanOrEqual(101);
  });

  it('shows no text of a hidden field, whatever its data is', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (data, email) => {
        const shown = shownTo('history', fields, { ...(data as JsonObject), email: email as Json });
        expect(shown.email).toBe('[personal]');
        for (const name of Object.keys(data)) if (!Object.hasOwn(fields, name)) expect(Object.values(shown)).toContain('[personal]');
      }),
    );
  });
});

describe('shownText()', () => {
  it('shows no part of what a cut goes through', () => {
    fc.assert(
      fc.property(fc.integer({ min: 7900, max: 8050 }), fc.constantFrom(CARD, MAIL), (at, canary) => {
        expect(shownText(`${'eyJ'.padEnd(at, 'a')} ${canary} and more`, 10_000)).not.toContain(canary.slice(0, 5));
      }),
    );
  });

  it('cuts behind what it takes out', () => {
    expect(shownText(`${'a'.repeat(15)} ${CARD}`, 20)).toBe(`${'a'.repeat(15)} [ca…`);
  });
});

describe('redacted()', () => {
  it('keeps shape and numbers', () => {
    const value = { a: [1, null, true, MAIL], b: { c: 'x' }, n: Number(CARD) };
    expect(redacted(value)).toEqual({ a: [1, null, true, '[mail]'], b: { c: 'x' }, n: Number(CARD) });
    expect(redacted({ text: 'word '.repeat(1000) }, redactText).text).toHaveLength(5000);
  });
});

describe('shownMessage()', () => {
  it('takes out what a message quotes of hidden fields, though it looks like nothing', () => {
    const data: JsonObject = { id: 'p-1', email: { name: 'Zebulon Quux', year: 1984 }, note: `from ${MAIL}`, pin: 'tulip' };
    const message = shownMessage(`cannot fold ${JSON.stringify(data)}`, fields, data);
    expect(message).toContain('p-1');
    for (const hidden of ['Zebulon', '1984', MAIL, 'tulip']) expect(message).not.toContain(hidden);
  });
});

describe('shownMessage() of texts within one another', () => {
  it.each([[{ first: 'Anna', whole: 'Annabel Smith' }], [{ whole: 'Annabel Smith', first: 'Anna' }]])(
    'shows no rest of the longer one: %j',
    (data) => {
      expect(shownMessage('Annabel Smith was refused, Anna too', {}, data)).toBe('[personal] was refused, [personal] too');
    },
  );
});

describe('redacted() of values whose name says to keep them', () => {
  const names = [
    'secret',
    'clientSecret',
    'password',
    'passwd',
    'credential',
    'authorization',
    'apiKey',
    'api_key',
    'access-key',
    'private key',
  ];
  it.each([...names, 'AuthKey', 'accessToken', 'token', 'REFRESH_TOKEN'])('%s', (name) => {
    expect(redacted({ inner: { [name]: 'tulip-time' } })).toEqual({ inner: { [name]: '[key]' } });
    expect(shownTo('history', fields, { note: { [name]: 'tulip-time' } })).toEqual({ note: { [name]: '[key]' } });
  });

  it.each(['tokens', 'keyboard', 'note'])('%s does not', (name) => {
    expect(redacted({ [name]: 'tulip-time' })).toEqual({ [name]: 'tulip-time' });
  });
});

describe('fieldsOf()', () => {
  it('knows nothing of a type that the flow does not take', () => {
    expect(fieldsOf(fraud, 'payment.attempted').email).toBe('personal');
    expect(fieldsOf(fraud, 'constructor')).toEqual({});
    expect(shownTo('history', fieldsOf(fraud, 'gone'), { cardId: 'c-1' })).toEqual({ cardId: '[personal]' });
  });

  it('hides nothing from a history that a case says in its question, and no id before an LLM', () => {
    const data = { paymentId: '1712345678905', cardId: 'c-1', amount: 5, currency: 'EUR' };
    for (const type of Object.keys(fraud.types)) {
      expect(shownTo('history', fieldsOf(fraud, type), data)).toEqual(data);
      expect(shownTo('prompt', fieldsOf(fraud, type), data)).toEqual({ ...data, paymentId: '[id]', cardId: '[id]' });
    }
  });
});

describe('llmQuestion()', () => {
  const flow = {
    ...fraud,
    subjectPersonal: true,
    briefing: {
      variables: z.object({}),
      lookUps: {},
      brief: (about: Briefed) => ({ variables: {}, facts: [{ id: 'all', label: 'All', value: JSON.stringify(about).slice(0, 500) }] }),
    },
  } as unknown as Flow;
  const rung = { prompt: 'p' } as LlmRung;
  const policy = { prompts: { p: { system: 'You judge.', question: '{{facts}}' } } } as unknown as LadderPolicy;

  it('tells an LLM nothing that is personal, whatever the briefing tells of', () => {
    const data = { cardId: 'c-1', country: `from ${MAIL}`, email: MAIL, more: 'Zebulon Quux' };
    const at = {
      position: 1,
      source: '/shop',
      id: `of ${MAIL}`,
      type: 'payment.attempted',
      subject: 'Zebulon Quux',
      timeMs: 0,
      acceptedAtMs: 0,
    };
    const { words } = llmQuestion(
      { flow, policy, terms: rung },
      { event: { ...at, data }, found: { note: `to ${MAIL}` }, provisional: null },
    );
    const text = JSON.stringify(words);
    expect(text).toContain('[id]');
    for (const hidden of [MAIL, 'alice', 'Zebulon']) expect(text).not.toContain(hidden);
  });
});
