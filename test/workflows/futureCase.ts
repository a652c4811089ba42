/** A run that a build of tomorrow began. */
import { condition, patched } from '@temporalio/workflow';

export async function futureCase(): Promise<void> {
  patched('from-tomorrow');
  await condition(() => false);
}
