/** A wait of a story, in its case: what stands in its row, what came already, and what comes. */
import { ApplicationFailure, condition } from '@temporalio/workflow';
import type { LoadedEvent } from '../domain/loadedEvent.ts';
import type { HeardEvent } from '../domain/story.ts';
import { shown } from './calls.ts';
import type { CaseRun } from './caseRun.ts';
import type { StoryWait } from './outside.ts';
import { restStage } from './stages.ts';
import { heardEvent, type Listening } from './waits.ts';

export async function waitInCase(run: CaseRun, about: LoadedEvent, wait: StoryWait): Promise<HeardEvent | null> {
  const { nth, types, fits } = wait;
  const { waitsPerStoryMax } = run.limits;
  if (nth >= waitsPerStoryMax)
    throw ApplicationFailure.nonRetryable(`Cannot wait again as a story may wait ${waitsPerStoryMax} times`, 'bad-request');
  const kept = about.story?.waits[nth]?.heard;
  if (kept === null) return null;
  if (kept !== undefined) return readOne(run, kept);
  while (!run.parks && run.waits.full) await idle(run, () => condition(() => !run.waits.full));
  const listening = run.waits.listen({ after: about.event.position, types, fits });
  try {
    return await hear(run, about, { wait, listening });
  } finally {
    run.waits.stop(listening);
  }
}

async function hear(
  run: CaseRun,
  about: LoadedEvent,
  { wait, listening }: { wait: StoryWait; listening: Listening },
): Promise<HeardEvent | null> {
  const { nth, types } = wait;
  const { position } = about.event;
  const story = { ...run.key, position, nth };
  let { wait: kept, events, more } = await begin(run, { ...story, types, untilMs: wait.untilMs, after: position });
  // a run of before has ended it, and its answer was lost
  if (kept.heard !== undefined) return events[0] === undefined ? null : heardEvent(events[0]);
  for (;;) {
    for (const event of events) listening.hear(event);
    const after = events.at(-1)?.event.position ?? position;
    if (!more || (listening.found !== null && listening.found.event.position <= after)) break;
    ({ wait: kept, events, more } = await begin(run, { ...story, types, untilMs: wait.untilMs, after }));
  }
  const stage = restStage(types, kept.untilMs);
  run.stage(position, stage);
  const leftMs = kept.untilMs - Date.now();
  const heard = () => condition(() => listening.found !== null, leftMs, { summary: `waits for ${stage.waitingFor}` });
  if (listening.found === null && leftMs > 0) await run.rest(position, { wakeMs: kept.untilMs, untilMs: kept.untilMs, types }, heard);
  return end(run, story, listening.found);
}

async function end(run: CaseRun, story: CaseRun['key'] & { position: number; nth: number }, found: HeardEvent | null) {
  const heard = found?.event.position ?? null;
  const summary = found === null ? 'the time is up' : `${found.event.type} came`;
  const ended = await run.during(() =>
    shown.endWait.executeWithOptions({ summary }, [{ ...story, heard, type: found?.event.type ?? null }]),
  );
  if (ended.heard === heard) return found;
  return ended.heard === null || ended.heard === undefined ? null : readOne(run, ended.heard);
}

const begin = (run: CaseRun, given: Parameters<typeof shown.beginWait>[0]) =>
  run.during(() => shown.beginWait.executeWithOptions({ summary: `wait for ${given.types.join(' or ') || 'a time'}` }, [given]));

/** As a rest, but nothing that a next run could go on with. */
async function idle<Result>(run: CaseRun, wait: () => Promise<Result>): Promise<void> {
  run.places.idle += 1;
  try {
    await wait();
  } finally {
    run.places.idle -= 1;
  }
}

async function readOne(run: CaseRun, position: number): Promise<HeardEvent | null> {
  const { events } = await run.during(() => run.steps.loadEvents({ ...run.address, positions: [position] }));
  return events[0] === undefined ? null : heardEvent(events[0]);
}
