/** Stories of carts that were left, told in memory: the clock is a number. */
import { describe, expect, it } from '@jest/globals';
import { aboutFolded, type Script, tellInMemory } from '../../../../test/support/memoryStory.ts';
import { LogFold } from '../../../kit/foldAll.ts';
import { parsePolicy } from '../../../policy/policy.ts';
import { storyOf } from '../../../workflows/storyCase.ts';
import { ABANDONED, CART } from '../events.ts';
import { personalization } from '../flow.ts';
import { personalizationStories } from '../workflow.ts';

const policy = parsePolicy(personalization, personalization.policyText);
const HOUR_MS = 3_600_000;

/** Told of a cart that is found abandoned at this time. */
function tell(at: string, zone: string | null, script: Script = {}, content = policy) {
  const atMs = Date.parse(at);
  const log = new LogFold({ flow: personalization, policy: content });
  const sessionId = 's-1';
  const items = [{ itemId: 'tent', quantity: 1, price: 120 }];
  log.add({ type: CART, timeMs: atMs - HOUR_MS, data: { sessionId, consent: true, ...(zone === null ? {} : { zone }), items } });
  const [since, due] = [new Date(atMs - HOUR_MS).toISOString(), at];
  const left = log.add({ type: ABANDONED, timeMs: atMs, data: { sessionId, since, due, opened: since } });
  return tellInMemory(storyOf(personalizationStories, ABANDONED), aboutFolded(left, content), script);
}

describe('an abandoned cart', () => {
  it('the story nudges once, at once by day', async () => {
    const { taken, decision, endings } = await tell('2026-01-05T12:00:00.000Z', 'Europe/Berlin');
    expect(taken).toEqual(['nudge']);
    expect(decision).toMatchObject({ outcome: 'nudge', rung: 'rules', result: { items: ['tent'], value: 120 } });
    expect(endings.filter((ending) => ending.decision !== undefined)).toHaveLength(1);
  });

  it('the story waits for the morning of whoever left it, and nobody is nudged who came back before', async () => {
    // 22:00 in Berlin, 10 in the morning in Auckland
    const at = '2026-01-05T21:00:00.000Z';
    const back = (afterSeconds: number): Script => ({ events: [{ afterSeconds, type: 'item.viewed' }] });
    const nine = 9 * 3600;
    const [soon, late, elsewhere] = [
      await tell(at, 'Europe/Berlin', back(nine)),
      await tell(at, 'Europe/Berlin', back(nine + 7200)),
      await tell(at, 'Pacific/Auckland', back(60)),
    ];
    expect([soon, late, elsewhere].map(({ decision, taken }) => [decision?.outcome, ...taken])).toEqual([
      ['none'],
      ['nudge', 'nudge'],
      ['nudge', 'nudge'],
    ]);
    expect(soon.decision?.reasons[0]).toMatchObject({ code: 'back' });
    // without a zone, or with one that nobody knows, the policy's counts
    expect((await tell(at, null, back(nine))).decision?.outcome).toBe('none');
    expect((await tell(at, 'Mars/Olympus', back(nine))).decision?.outcome).toBe('none');
  });

  it('the story of a shop without quiet hours waits for nobody', async () => {
    const quietHours = { ...policy.nudge.quietHours, from: '00:00', to: '00:00' };
    const { taken } = await tell('2026-01-05T02:00:00.000Z', null, {}, { ...policy, nudge: { ...policy.nudge, quietHours } });
    expect(taken).toEqual(['nudge']);
  });

  it('the story tells of an order that followed in time, and of no later one', async () => {
    const ordered = (afterSeconds: number): Script => ({ events: [{ afterSeconds, type: 'order.completed' }] });
    const by = '2026-01-05T12:00:00.000Z';
    expect((await tell(by, null, ordered(3600))).taken).toEqual(['nudge', 'converted']);
    expect((await tell(by, null, ordered(policy.nudge.followSeconds + 3600))).taken).toEqual(['nudge']);
  });
});
