/** Cases whose events have a story each: those of one subject are told at the same time, some at once; the rest wait. */
import { ApplicationFailure, isCancellation, TemporalFailure } from '@temporalio/workflow';
import type { LoadedEvent } from '../domain/loadedEvent.ts';
import { CaseOutside } from './caseOutside.ts';
import type { CaseRun } from './caseRun.ts';
import { type Handling, runCase } from './runCase.ts';
import { type Story, tellStory } from './storyRun.ts';

const STORIES_MAX = 50;
/** Field names in a note. */
const NAMED_MAX = 5;

/** A story that cannot do without what is too large for a history is no mistake to be mended: its event is put aside, and the others go on. */
function wanting({ leftOut = [] }: Pick<LoadedEvent, 'leftOut'>, error: unknown): never {
  if (leftOut.length === 0 || isCancellation(error) || error instanceof TemporalFailure) throw error;
  const fields = leftOut.slice(0, NAMED_MAX).join(', ');
  throw ApplicationFailure.nonRetryable(`Without ${fields}, which are too large for a history: ${(error as Error).message}`, 'too-large');
}

/** By type of event. What is of no type here is heard by those that wait for it, and asks nothing itself. */
export type Stories<Policy> = Readonly<Record<string, Story<Policy>>>;

/** The story of an event among those of its flow. */
export const storyOf = <Policy>(told: Story<Policy> | Stories<Policy>, type: string): Story<Policy> =>
  typeof told === 'function' ? told : Object.hasOwn(told, type) ? (told[type] as Story<Policy>) : (run) => run.done();

/** The workflow of a flow that tells one story, or one by type of event. */
export function storyCase<Policy>(
  told: Story<Policy> | Stories<Policy>,
  limits: Partial<Handling> = {},
): (input: unknown) => Promise<void> {
  const handle = async (run: CaseRun, positions: number[]): Promise<void> => {
    const [about] = await run.load<Policy>(positions);
    if (about === undefined) return;
    await tellStory(new CaseOutside(run, about), storyOf(told, about.event.type)).catch((error: unknown) => wanting(about, error));
  };
  return (input) => runCase(input, { handle, batchMax: 1, storiesMax: STORIES_MAX, ...limits });
}
