/** Sends one notice. A run of its own, so that a case neither waits for a mail server nor ends before it is reached. */
import { ApplicationFailure } from '@temporalio/workflow';
import { telling } from './calls.ts';

export async function noticeRun(given: unknown): Promise<void> {
  const { tenant, key } = (typeof given === 'object' && given !== null ? given : {}) as { tenant?: unknown; key?: unknown };
  if (typeof tenant !== 'string' || typeof key !== 'string')
    throw ApplicationFailure.nonRetryable('A notice has a tenant and a key', 'bad-request');
  await telling.sendNotice({ tenant, key });
}
