/** Stories that go on after their decision, told in memory: the clock is a number. */
import { describe, expect, it } from '@jest/globals';
import { LogFold } from '../../src/kit/foldAll.ts';
import { parsePolicy } from '../../src/policy/policy.ts';
import { storyOf } from '../../src/workflows/storyCase.ts';
import type { Story } from '../../src/workflows/storyRun.ts';
import { aboutFolded, type Script, tellInMemory } from '../support/memoryStory.ts';
import { repairs } from '../support/repairs.ts';
import { repairStories } from '../workflows/repairCase.ts';

const policy = parsePolicy(repairs, repairs.policyText);
const HOUR = 3600;

function about(type: string) {
  const folded = new LogFold({ flow: repairs, policy }).add({ type, timeMs: 0, data: { machine: 'm-1' } });
  const loaded = aboutFolded(folded, policy);
  return folded.why === 'look' ? { ...loaded, final: loaded.provisional, provisional: null, why: 'look' as const } : loaded;
}

const tell = (type: string, script: Script = {}) => tellInMemory(storyOf(repairStories, type) as Story<typeof policy>, about(type), script);

describe('repairStories', () => {
  it('waitFor() goes on when the event comes, and sees a later one only behind it', async () => {
    const good = { type: 'machine.read', data: { value: 0 } };
    const told = await tell('machine.alerted', {
      events: [
        { afterSeconds: 1, ...good },
        { afterSeconds: 60, type: 'machine.mended' },
        { afterSeconds: 90, type: 'machine.read', data: { value: 9 } },
        { afterSeconds: 120, ...good },
      ],
    });
    expect(told.taken).toEqual(['send-order']);
    expect(told.nowMs()).toBe(120_000);
    expect(told.endings.map(({ ending, story }) => [ending, story])).toEqual([
      ['case', 'open'],
      ['case', 'over'],
    ]);
  });

  it('waitFor() gives null when its time is up, and the story reminds', async () => {
    const told = await tell('machine.alerted', { events: [{ afterSeconds: HOUR + 1, type: 'machine.mended' }] });
    expect(told.taken).toEqual(['send-order', 'remind']);
    expect(told.nowMs()).toBe(2 * HOUR * 1000);
  });

  it('sleepUntil() ends at its time, and what was looked at again acts and is done without a decision', async () => {
    const told = await tell('machine.offered');
    expect(told.decision).toBeUndefined();
    expect(told.taken).toEqual(['nudge']);
    expect(told.nowMs()).toBe(HOUR * 1000);
    expect(told.endings.map(({ story, asks }) => [story, asks])).toEqual([
      ['open', undefined],
      ['open', 'nudge'],
      ['over', undefined],
    ]);
  });

  it('storyOf() has what is of no type of its own asked nothing', async () => {
    expect((await tell('machine.mended')).endings).toEqual([{ ending: 'recorded', note: 'heard' }]);
  });
});
