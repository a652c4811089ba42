import { describe, expect, it } from '@jest/globals';
import { followingActions, reflexActsOn } from '../../src/policy/followingActions.ts';
import { gates } from '../support/gates.ts';

const policy = JSON.parse(gates().policyText);
const names = (outcome: string, by: 'reflex' | 'case') => followingActions(policy, outcome, by).map(({ name }) => name);

describe('followingActions()', () => {
  it('followingActions() gives what the policy lets follow, by whose decision it is, in its order', () => {
    expect(names('block', 'reflex')).toEqual(['alarm', 'bar']);
    expect(names('block', 'case')).toEqual(['bar']);
    expect(names('allow', 'reflex')).toEqual([]);
    expect(names('allow', 'case')).toEqual(['welcome']);
  });

  it('reflexActsOn() names each outcome once', () => {
    expect(reflexActsOn(policy)).toEqual(['block', 'pay']);
  });

  it.each([null, {}, { actions: { block: 'bar' } }, 7])('followingActions() finds nothing in a policy of %j', (given) => {
    expect(followingActions(given, 'block', 'case')).toEqual([]);
    expect(reflexActsOn(given)).toEqual([]);
  });
});
