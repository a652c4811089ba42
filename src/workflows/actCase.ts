/** The case of a flow that has none of its own: it takes the actions that follow from what the reflex decides, and asks nobody. */
import { storyCase } from './storyCase.ts';

export const actCase = storyCase((run) => run.done());
