/** A guard is sent on a round, is to be met on the way, and goes home after a rest. */
import { byRules } from '../../src/kit/climbNow.ts';
import { type Stories, storyCase } from '../../src/workflows/storyCase.ts';

const HOUR_MS = 3_600_000;

const roundsStories: Stories<unknown> = {
  async 'round.begun'(run) {
    const { acceptedAtMs, data } = run.about.event;
    await run.act(byRules('go', [{ code: 'time', text: 'it is time' }]));
    const met = await run.waitFor({ type: 'round.met', untilMs: acceptedAtMs + HOUR_MS });
    await run.emit('rounds.told', { round: data.round ?? null, met: met !== null });
    await run.sleepUntil(acceptedAtMs + Number(data.restMs));
    await run.act('home');
    await run.done();
  },
};

export const roundsCase = storyCase(roundsStories);
