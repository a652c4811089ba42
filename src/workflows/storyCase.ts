/** Cases whose events have a story each: those of one subject are told at the same time, some at once; the rest wait. */
import { CaseOutside } from './caseOutside.ts';
import type { CaseRun } from './caseRun.ts';
import { type Handling, runCase } from './runCase.ts';
import { type Story, tellStory } from './storyRun.ts';

const STORIES_MAX = 50;

/** The workflow of a flow that tells this story. */
export function storyCase<Policy>(story: Story<Policy>, limits: Partial<Handling> = {}): (input: unknown) => Promise<void> {
  const handle = async (run: CaseRun, positions: number[]): Promise<void> => {
    const [about] = await run.load<Policy>(positions);
    if (about !== undefined) await tellStory(new CaseOutside(run, about), story);
  };
  return (input) => runCase(input, { handle, batchMax: 1, storiesMax: STORIES_MAX, ...limits });
}
