import { endWait, type StoryKey } from '../cases/stories.ts';
import type { KeptWait } from '../domain/story.ts';
import type { Pool } from '../log/db/database.ts';

export interface EndingWait extends StoryKey {
  readonly caseId: string;
  readonly nth: number;
  /** The position of the event that came; null where the time was up. */
  readonly heard: number | null;
  readonly type: string | null;
}

/**
 * Notes what ended a wait of a story; gives what stands.
 *
 * *Retries*: without end, from 100 ms up to 5 s.
 * *Idempotency*: the first end stands.
 * *Fails with*: `database-away`.
 */
export function createEndWait({ pool }: { pool: Pool }) {
  return async ({ caseId: _, nth, heard, type, ...story }: EndingWait): Promise<KeptWait> => endWait(pool, story, { nth, heard, type });
}
