import { beginWait, findHanded, type NewWait, type StoryKey } from '../cases/stories.ts';
import type { LoadedEvent } from '../domain/loadedEvent.ts';
import type { KeptWait } from '../domain/story.ts';
import type { Pool } from '../log/db/database.ts';
import type { Loaded, Loading } from './loadEvents.ts';

export interface BeginningWait extends StoryKey, NewWait {
  readonly caseId: string;
  /** Looked for are events behind this position. */
  readonly after: number;
}

export interface BegunWait {
  readonly wait: KeptWait;
  /** Those that came already, in order; of a wait that is over, the one that ended it. */
  readonly events: LoadedEvent[];
  /** There are more behind the last of them. */
  readonly more: boolean;
}

/** In one look. */
const FOUND_MAX = 20;

/**
 * Notes that a story waits, until when and for what, and gives the events of the subject that came to its case already: whoever waits may
 * be late.
 *
 * *Retries*: without end, from 100 ms up to 5 s.
 * *Idempotency*: by the story and the number of its wait: a later run is given the same time, and what ended it.
 * *Fails with*: `database-away`; as `loadEvents` does.
 */
export function createBeginWait({ pool, loadEvents }: { pool: Pool; loadEvents: (loading: Loading) => Promise<Loaded> }) {
  return async ({ caseId, after, ...story }: BeginningWait): Promise<BegunWait> => {
    const { tenant, flow, types } = story;
    const wait = await beginWait(pool, story, story);
    if (wait.heard === null) return { wait, events: [], more: false };
    const positions = wait.heard === undefined ? await findHanded(pool, story, { types, after, limit: FOUND_MAX }) : [wait.heard];
    if (positions.length === 0) return { wait, events: [], more: false };
    const { events } = await loadEvents({ tenant, flow, caseId, positions });
    return { wait, events, more: wait.heard === undefined && (positions.length === FOUND_MAX || events.length < positions.length) };
  };
}
