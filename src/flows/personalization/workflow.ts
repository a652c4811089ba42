/**
 * A cart that was abandoned. Whoever left it is nudged once, unless they come back by themselves: outside of their quiet hours, by their own
 * clock. An order that follows is told of.
 */

import type { DecisionDraft, Reason } from '../../domain/decision.ts';
import { isTimeZone } from '../../domain/timeZone.ts';
import { openFromMs } from '../../kit/businessTime.ts';
import type { Calendar } from '../../policy/approvalsPolicy.ts';
import { type Stories, storyCase } from '../../workflows/storyCase.ts';
import type { StoryRun } from '../../workflows/storyRun.ts';
import type { ShopPolicy } from './policy.ts';

type Run = StoryRun<ShopPolicy>;

const EACH_DAY: Calendar['days'] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

export const personalizationStories: Stories<ShopPolicy> = { 'cart.abandoned': nudge };

export const personalizationCase = storyCase(personalizationStories);

async function nudge(run: Run): Promise<void> {
  const back = await run.waitFor({ type: ['item.viewed', 'cart.changed', 'order.completed'], untilMs: awakeAtMs(run) });
  if (back !== null) {
    await run.done(endingOf(run, 'none', { code: 'back', text: `The session went on by itself: ${back.event.type}` }));
    return;
  }
  await run.act(endingOf(run, 'nudge', { code: 'allowed', text: 'Nobody came back, and it is no quiet hour' }));
  const untilMs = run.nowMs() + 1000 * run.about.content.nudge.followSeconds;
  if ((await run.waitFor({ type: 'order.completed', untilMs })) !== null) await run.act('converted');
  await run.done();
}

/** Now, or the end of the quiet hours by the clock of whoever is nudged. */
function awakeAtMs(run: Run): number {
  const { from, to, timeZone } = run.about.content.nudge.quietHours;
  if (from === to) return run.nowMs();
  const { zone } = run.about.found;
  const theirs = typeof zone === 'string' && isTimeZone(zone) ? zone : timeZone;
  return openFromMs(run.nowMs(), { timeZone: theirs, days: EACH_DAY, from: to, to: from, holidays: [] });
}

/** What the reflex proposed, as it ends. */
function endingOf(run: Run, outcome: 'nudge' | 'none', reason: Reason): DecisionDraft {
  const { provisional, found } = run.about;
  const { items = [], value = null } = found;
  const reasons = [reason, ...(provisional?.reasons ?? [])];
  const result = outcome === 'nudge' ? { items, value } : { items: [] };
  return { outcome, confidence: 1, score: null, rung: 'rules', reasons, result, provisional: false, rungs: [] };
}
