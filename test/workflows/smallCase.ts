/** The shipped case with low limits, so that a test reaches them. */
import { reviewing } from '../../src/flows/fraud/workflow.ts';
import { runCase } from '../../src/workflows/runCase.ts';

export async function smallCase(input: unknown): Promise<void> {
  await runCase(input, { ...reviewing, storiesMax: 3, signalsMax: 20 });
}
