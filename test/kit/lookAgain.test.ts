/** A reflex that has its case look again at what it decided: what it may say, and what quarantines its event. */
import { describe, expect, it } from '@jest/globals';
import type { Folded } from '../../src/domain/flow/reflex.ts';
import { byRules } from '../../src/kit/climbNow.ts';
import { LogFold } from '../../src/kit/foldAll.ts';
import { parsePolicy } from '../../src/policy/policy.ts';
import { repairs } from '../support/repairs.ts';

const decision = byRules('offer', []);
const found = { kind: 'offer' };
const rungs: [] = [];

function fold(folded: Omit<Folded, 'states'>, history = false) {
  const flow = { ...repairs, reflex: { ...repairs.reflex, fold: () => ({ states: [], ...folded }) } } as typeof repairs;
  const log = new LogFold({ flow, policy: parsePolicy(repairs, repairs.policyText) });
  return log.add({ type: 'machine.offered', timeMs: 0, data: { machine: 'm' }, history });
}

describe('foldEntry()', () => {
  it('foldEntry() decides for good what is looked at again, and hands on what was found', () => {
    const folded = fold({ decision, lookAgain: { found } });
    expect(folded).toMatchObject({ ending: 'reflex', note: 'look', why: 'look', decision: { outcome: 'offer', provisional: false } });
    expect(JSON.parse(folded.found ?? '')).toEqual({ found, rungs: [] });
  });

  it('foldEntry() has nobody look again at history', () => {
    expect(fold({ decision, lookAgain: { found } }, true)).toMatchObject({ ending: 'reflex', note: 'history', why: null, found: null });
  });

  it.each<[string, Omit<Folded, 'states'>]>([
    ['a final decision that a signal follows', { decision, signal: { found, rungs } }],
    ['a final decision with a signal and a look', { decision, signal: { found, rungs }, lookAgain: { found } }],
    ['a look at a provisional decision', { decision: { ...decision, provisional: true }, lookAgain: { found } }],
    ['a look at nothing that was decided', { lookAgain: { found } }],
    ['findings that are too long', { decision, lookAgain: { found: { text: 'x'.repeat(16_384) } } }],
  ])('foldEntry() quarantines %s', (_what, folded) => {
    expect(fold(folded)).toMatchObject({ ending: 'quarantined', decision: null, found: null });
  });
});
