/** A return is accepted up to the policy's amount, refused beyond. */
import { byRules } from '../../src/kit/climbNow.ts';
import { storyCase } from '../../src/workflows/storyCase.ts';
import type { Story } from '../../src/workflows/storyRun.ts';

export const returnsStory: Story<{ acceptUpTo: number }> = async (run) => {
  const { event, content } = run.about;
  const outcome = Number(event.data.amount) <= content.acceptUpTo ? 'accept' : 'refuse';
  const reasons = [{ code: 'amount', text: `the amount is ${event.data.amount}, the limit ${content.acceptUpTo}` }];
  await run.done(byRules(outcome, reasons));
};

export const returnsCase = storyCase(returnsStory);
