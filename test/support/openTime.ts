/** A Temporal that skips time, as cases need it. It has one clock for all that runs on it. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { SEARCH_ATTRIBUTES } from '../../src/local/temporalNamespace.ts';
import { startTimeSkipping } from './temporal.ts';

/** temporal.api.enums.v1.IndexedValueType */
const KEYWORD = 2;

export async function openTime(): Promise<TestWorkflowEnvironment> {
  const time = await startTimeSkipping();
  // this server cannot list them, so it is told them all
  const searchAttributes = Object.fromEntries(SEARCH_ATTRIBUTES.map((name) => [name, KEYWORD]));
  await time.connection.operatorService.addSearchAttributes({ namespace: 'default', searchAttributes });
  return time;
}
