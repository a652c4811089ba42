/** The bug this hunts: two actions of one event under one key. */
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ladderFits, ladderParts } from '../../src/policy/ladderPolicy.ts';

const schema = z.strictObject(ladderParts(['approve', 'decline'])).superRefine(ladderFits);
const approvals = { deadlineSeconds: 60, remindersSeconds: [], escalation: [], default: 'decline', bySignal: true };
const wrong = (actions: unknown): string[] => {
  const parsed = schema.safeParse({ approvals, actions });
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
};

describe('ladderFits()', () => {
  it('ladderFits() takes actions whose names differ within an outcome', () => {
    expect(
      wrong([
        { name: 'a', on: 'approve', undo: 'b' },
        { name: 'c', on: 'approve', undo: 'd' },
        { name: 'a', on: 'decline', undo: 'b' },
      ]),
    ).toEqual([]);
    expect(wrong({ approve: 'release', decline: 'block' })).toEqual([]);
  });

  it.each([
    [
      [
        { name: 'a', on: 'approve' },
        { name: 'a', on: 'approve' },
      ],
      'actions.1.name must be named once for approve',
    ],
    [[{ name: 'a', on: 'approve', undo: 'a' }], 'actions.0.undo must be another action'],
    [
      [
        { name: 'a', on: 'approve', undo: 'b' },
        { name: 'b', on: 'approve' },
      ],
      'actions.0.undo must be another action',
    ],
    [
      [
        { name: 'a', on: 'approve', undo: 'c' },
        { name: 'b', on: 'approve', undo: 'c' },
      ],
      'actions.1.undo must be named once for approve',
    ],
    [[{ name: 'decision-revised', on: 'approve' }], 'actions.0.name must be another name: this one announces revisions'],
    [[{ name: 'a', on: 'approve', undo: 'decision-revised' }], 'actions.0.undo must be another name: this one announces revisions'],
  ])('ladderFits() refuses %j', (actions, why) => {
    expect(wrong(actions)).toContain(why);
  });
});
