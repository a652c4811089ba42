/** Differences of policies. The bugs this hunts: one inserted action that makes every other look changed, a change that nobody can read, a word for what is not there. */
import { describe, expect, it } from '@jest/globals';
import { flows } from '../../src/flows/flows.ts';
import { fraud } from '../../src/flows/fraud/flow.ts';
import { differenceText, meaningOf, PARTS } from '../../src/policy/differenceWords.ts';
import { parsePolicy, policyContent } from '../../src/policy/policy.ts';
import { diffPolicies } from '../../src/policy/policyDiff.ts';

const told = (from: unknown, to: unknown): string[] =>
  diffPolicies(from, to).map((one) => `${one.pointer} | ${one.path.join(' › ')} | ${differenceText(one)}`);

describe('diffPolicies()', () => {
  it('names what became what, what is new and what is gone', () => {
    expect(told({ a: { b: 1 }, gone: true, list: ['x'] }, { a: { b: 2 }, list: ['y', 'z'], more: null })).toEqual([
      '/a/b | a › b | rose from 1 to 2',
      '/gone | gone | is gone; it was true',
      '/list/0 | list › number 1 | was “x” and is “y”',
      '/list/1 | list › number 2 | is new: “z”',
      '/more | more | is new: null',
    ]);
    expect(told({ a: [1, { b: 'x' }] }, { a: [1, { b: 'x' }] })).toEqual([]);
    expect(told({ a: {} }, { a: [] })).toEqual(['/a | a | was {} and is []']);
    expect(told(1, 'x')).toEqual([' |  | was 1 and is “x”']);
  });

  it('compares items by their names: one before the others changes none of them, and another order is said once', () => {
    const [release, block] = [
      { name: 'release', on: 'approve' },
      { name: 'block', on: 'decline' },
    ];
    expect(told({ actions: [release, block] }, { actions: [{ name: 'hold', on: 'review' }, release, { ...block, on: 'review' }] })).toEqual(
      [
        '/actions/2/on | actions › block › on | was “decline” and is “review”',
        '/actions/0 | actions › hold | is new: {"name":"hold","on":"review"}',
      ],
    );
    expect(told({ actions: [release, block] }, { actions: [block, release] })).toEqual([
      '/actions | actions | stand in another order: block, release',
    ]);
    expect(told({ actions: [release, block] }, { actions: [block] })).toEqual([
      '/actions/0 | actions › release | is gone; it was {"name":"release","on":"approve"}',
    ]);
    // two of one name: place by place
    expect(told({ actions: [release, release] }, { actions: [release, block] })).toEqual([
      '/actions/1/name | actions › number 2 › name | was “release” and is “block”',
      '/actions/1/on | actions › number 2 › on | was “approve” and is “decline”',
    ]);
  });

  it('escapes what a pointer gives a meaning to', () => {
    expect(told({ 'a/b~c': 1 }, {})).toEqual(['/a~1b~0c | a/b~c | is gone; it was 1']);
  });
});

describe('differenceText()', () => {
  it('says spans and money in their units, exactly, and a longer text by its lines', () => {
    const from = { deadlineSeconds: 86_400, remindersSeconds: [3600], usdMax: 5, callSeconds: 20, question: 'a\nb\nc' };
    const to = { deadlineSeconds: 86_401, remindersSeconds: [7200], usdMax: 0.5, callSeconds: 19, question: 'a\nX\nc' };
    expect(told(from, to).map((line) => line.split(' | ')[2])).toEqual([
      'rose from 86400 s (1 d) to 86401 s (1 d)',
      'rose from 3600 s (1 h) to 7200 s (2 h)',
      'fell from $5 to $0.5',
      'fell from 20 s to 19 s',
      'says something else:\n- b\n+ X',
    ]);
    expect(told({}, { remindersSeconds: [60, 3600] })).toEqual([
      '/remindersSeconds | remindersSeconds | is new: 60 s (1 min), 3600 s (1 h)',
    ]);
    expect(told({}, { note: 'x'.repeat(400) })[0]?.length).toBeLessThan(350);
  });
});

describe('meaningOf()', () => {
  it('goes by the nearest part that is known', () => {
    expect(meaningOf({ pointer: '/approvals/escalation/0/to' })).toBe('who else is asked, and when');
    expect(meaningOf({ pointer: '/rungs/2/budget/usdMax' })).toBe('what LLMs may cost');
    expect(meaningOf({ pointer: '/bands/reviewFrom' })).toBeNull();
    expect(meaningOf({ pointer: '' })).toBeNull();
  });

  it('has words only for parts that a policy has or may have', () => {
    const full = `${fraud.policyText
      .replace(
        '  needed: 1',
        '  needed: 1\n  ask: fraud-lead\n  calendar: { timeZone: Europe/Berlin, days: [mon], from: "09:00", to: "17:00" }',
      )
      .replace('undo: recall }', 'undo: recall, limit: { field: amount, max: 500 } }')}\ndrift: {}\n`;
    parsePolicy(fraud, full);
    const contents = [...flows.map((flow) => policyContent(flow.name, flow.policyText)), policyContent('fraud', full)];
    const has = (value: unknown, [key, ...rest]: readonly string[]): boolean => {
      if (key === undefined) return true;
      if (typeof value !== 'object' || value === null) return false;
      const members = value as Record<string, unknown>;
      return key === '*' ? Object.values(members).some((one) => has(one, rest)) : Object.hasOwn(members, key) && has(members[key], rest);
    };
    const absent = Object.keys(PARTS).filter((part) => !contents.some((content) => has(content, part.split('/').slice(1))));
    expect(absent).toEqual([]);
  });
});
