/** Stories that go on after their decision. Low limits, so that a test reaches them. */
import { byRules } from '../../src/kit/climbNow.ts';
import { type Stories, storyCase } from '../../src/workflows/storyCase.ts';

const WAIT_MS = 3_600_000;

export const repairStories: Stories<unknown> = {
  async 'machine.alerted'(run) {
    const { acceptedAtMs, data } = run.about.event;
    await run.act(byRules('order', [{ code: 'alert', text: 'it alerted' }]));
    const untilMs = acceptedAtMs + Number(data.waitMs ?? WAIT_MS);
    const mended = await run.waitFor({ type: 'machine.mended', untilMs });
    if (mended === null) await run.act('remind');
    const since = mended?.event.position ?? 0;
    await run.waitFor({
      type: ['machine.read'],
      fits: ({ event }) => event.data.value === 0 && event.position > since,
      untilMs: untilMs + WAIT_MS,
    });
    await run.done();
  },
  async 'machine.offered'(run) {
    const { acceptedAtMs, data } = run.about.event;
    await run.sleepUntil(acceptedAtMs + Number(data.waitMs ?? WAIT_MS));
    await run.act('nudge');
    await run.done();
  },
};

export const repairCase = storyCase(repairStories, { signalsMax: 6, storiesMax: 3 });
