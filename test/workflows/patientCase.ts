/** Stories that wait more often than they may. Low limits, so that a test reaches them. */
import { byRules } from '../../src/kit/climbNow.ts';
import { type Stories, storyCase } from '../../src/workflows/storyCase.ts';

export const PATIENT_WAITS_MAX = 3;
export const PATIENT_OPEN_MAX = 4;
const HOUR_MS = 3_600_000;

const patientStories: Stories<unknown> = {
  async 'machine.alerted'(run) {
    const { acceptedAtMs, data } = run.about.event;
    await run.act(byRules('order', [{ code: 'alert', text: 'it alerted' }]));
    for (let nth = 0; nth < Number(data.value ?? 0); nth += 1) await run.sleepUntil(acceptedAtMs);
    await run.waitFor({ type: 'machine.mended', untilMs: acceptedAtMs + HOUR_MS });
    await run.done();
  },
};

export const patientCase = storyCase(patientStories, { waitsPerStoryMax: PATIENT_WAITS_MAX, openMax: PATIENT_OPEN_MAX });
