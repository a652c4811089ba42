/** The verbs about flows over time, as a shell sees them. The service is a fake on the wire; what it answers are the examples of the reference. */
import { describe, expect, it } from '@jest/globals';
import { causesExample } from '../../src/wire/causes.ts';
import { flowMapExample } from '../../src/wire/flowMap.ts';
import { outcomesExample } from '../../src/wire/overTime.ts';
import { slowCasesExample } from '../../src/wire/slowCase.ts';
import { openShell } from '../support/shell.ts';

const { asked, answers, printed, run } = openShell();
const lines = (): string[] => printed.out.trimEnd().split('\n');

describe('flow outcomes', () => {
  it('prints a line a bucket in which something was decided, and asks for what was told', async () => {
    answers['/v1/flows/fraud/outcomes'] = [
      200,
      { ...outcomesExample, series: [{ outcome: 'approve', rung: 'model', counts: [0, 97] }], behind: 3 },
    ];
    expect(await run('flow', 'outcomes', 'fraud', '--last', '2', '--zone', 'Europe/Berlin')).toBe(0);
    expect(asked[0]?.path).toBe('/v1/flows/fraud/outcomes?step=hour&zone=Europe%2FBerlin&last=2');
    expect(lines()).toEqual(['FROM                      APPROVE BY MODEL', '2026-03-02T09:00:00.000Z  97']);
    expect(printed.err).toContain('3 entries have not been counted yet');
  });

  it('says that nothing was decided', async () => {
    answers['/v1/flows/fraud/outcomes'] = [200, { ...outcomesExample, series: [] }];
    expect(await run('flow', 'outcomes', 'fraud')).toBe(0);
    expect(printed.err).toContain('fraud decided nothing for good');
  });

  it('knows no zone that there is not', async () => {
    expect(await run('flow', 'outcomes', 'fraud', '--zone', 'Atlantis')).toBe(2);
    expect(asked).toEqual([]);
  });
});

describe('flow cases', () => {
  it('prints the open ones, then the slowest that were closed', async () => {
    answers['/v1/flows/fraud/slow-cases'] = [200, slowCasesExample];
    expect(await run('flow', 'cases', 'fraud')).toBe(0);
    expect(lines()[1]).toMatch(/^\d+ d.* {2}evt_fraud\.17 {2}card-1 {3}awaiting-approval {2}fraud:card-1 {2}a person: /);
    expect(lines()[3]).toMatch(/^6 h {3}evt_fraud\.9 {2}card-9 {3}2026-03-01T15:30:00\.120Z {2}decline {2}human {2}fraud:card-9$/);
  });
});

describe('flow map', () => {
  it('prints each way with its count', async () => {
    answers['/v1/flow-map'] = [200, flowMapExample];
    expect(await run('flow', 'map', 'fraud', '--minutes', '60')).toBe(0);
    expect(asked[0]?.path).toBe('/v1/flow-map?flow=fraud&minutes=60');
    expect(lines()).toContainEqual(expect.stringMatching(/^12 +1 +outcome approve +action release$/));
    expect(await run('flow', 'map', '--minutes', '44641')).toBe(2);
  });
});

describe('events graph', () => {
  it('prints what followed as a tree, and says where it is cut', async () => {
    answers['/v1/events/evt_fraud.17'] = [200, { event: 'evt_fraud.17' }];
    answers['/v1/events/evt_fraud.17/graph'] = [200, { ...causesExample, cut: { depth: true, nodes: false } }];
    expect(await run('events', 'graph', 'evt_fraud.17', '--depth', '2')).toBe(0);
    expect(asked[1]?.path).toBe('/v1/events/evt_fraud.17/graph?depth=2');
    expect(lines()).toEqual([
      'event payment.attempted  evt_fraud.17  (case)  <- this one',
      '  handed to: case fraud:card-1',
      '    asked: approval a person is asked  apr_fraud.17.0  (decided)',
      '      decided: decision approve by human  dec_fraud.17.1',
      '        acted: action release  act_fraud.17.release  (done)',
    ]);
    expect(printed.err).toContain('--depth');
  });
});
