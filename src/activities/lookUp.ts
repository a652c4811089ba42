import type { Json, JsonObject } from '../domain/event.ts';
import { shownBefore, strangersChars } from '../domain/exposure.ts';
import type { Flow } from '../domain/flow.ts';
import type { LoadedEvent } from '../domain/loadedEvent.ts';
import { wordsOf } from '../llm/llmQuestion.ts';
import { lookUpRecord } from '../llm/lookedUp.ts';
import { writeCaseLog } from '../log/caseLog.ts';
import type { Pool } from '../log/db/database.ts';
import { loadEvents } from '../log/loadEvents.ts';
import { Policies } from '../log/policies.ts';
import { readPastEvents } from '../log/read/history.ts';
import { readState } from '../log/read/timeline.ts';
import { readSimilar } from '../outcomes/similar.ts';
import { failure } from './asFailure.ts';

export interface LookingUp {
  readonly tenant: string;
  readonly flow: string;
  readonly caseId: string;
  readonly eventPosition: number;
  readonly turn: number;
  /** Counts what is looked up in the turn, from 0. */
  readonly nth: number;
  readonly tool: string;
}

const HISTORY_COUNT = 20;
/** What one look-up adds to a prompt at most. */
const RESULT_CHARS_MAX = 4000;

/** Of every flow; a flow's own come besides. They take nothing from the model: what is looked at follows from the event alone. */
export const LOOK_UPS: Readonly<Record<string, string>> = {
  'subject-history': `The last ${HISTORY_COUNT} events of the same subject before this one, newest first.`,
  'subject-baseline': 'What is remembered of the subject: counts, sums, habits.',
  'similar-decisions': 'Past decisions that are most like this one, with what later turned out to be true where that is known.',
};

type Look = (pool: Pool, about: { flow: Flow; tenant: string; loaded: LoadedEvent }) => Promise<{ seen: unknown; strangersChars: number }>;

/** What holds nothing but names and numbers of ours. */
const ours = (seen: unknown) => ({ seen, strangersChars: 0 });

/** A flow names what it shows of its state; texts in it may be a stranger's. */
const remembered = (flow: Flow, seen: JsonObject | null) => ({ seen, strangersChars: strangersChars(textsOf(seen), wordsOf(flow)) });

function textsOf(value: Json): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

const COMMON: Readonly<Record<string, Look>> = {
  'subject-history': async (pool, { flow, tenant, loaded: { event } }) => {
    const past = await readPastEvents(pool, { tenant, flow: flow.name, ...event }, HISTORY_COUNT);
    const seen = past.map((one) => ({ ...one, data: shownBefore(flow, one) }));
    return {
      seen,
      strangersChars: strangersChars(
        seen.map(({ data }) => data),
        wordsOf(flow),
      ),
    };
  },
  'similar-decisions': async (pool, { flow, tenant, loaded: { event, found, provisional } }) =>
    ours(
      await readSimilar(pool, {
        ...{ tenant, flow: flow.name, subject: event.subject, eventPosition: event.position, found },
        ...{ score: provisional?.score ?? null, limit: SIMILAR_COUNT },
      }),
    ),
  'subject-baseline': async (pool, { flow, tenant, loaded: { event } }) =>
    remembered(flow, await lookAtState(pool, { flow, tenant, key: flow.reflex?.subjectKey(event.subject) })),
};

const SIMILAR_COUNT = 10;

async function lookAtState(
  pool: Pool,
  { flow, tenant, key }: { flow: Flow; tenant: string; key: string | undefined },
): Promise<JsonObject | null> {
  if (key === undefined || flow.reflex === undefined) return null;
  const state = await readState(pool, { tenant, log: flow.name, key });
  return state === null ? null : flow.reflex.show(key, state);
}

function lookOf(flow: Flow, tool: string): Look | undefined {
  const own = flow.briefing?.lookUps[tool];
  if (own === undefined) return COMMON[tool];
  return async (pool, { tenant, loaded }) => remembered(flow, await lookAtState(pool, { flow, tenant, key: own.key(loaded.event) }));
}

/**
 * Looks at what an LLM asked for, and puts it on the timeline, masked and cut: there its next turn reads it.
 *
 * *Retries*: from 100 ms up to 5 s, while the rung has time.
 * *Idempotency*: by turn and number: what was written first stays.
 * *Fails with*: `database-away`, `policy-unfit`; `event-missing` where the log does not hold the event, `not-found` where there is no such look-up (not retried).
 */
export function createLookUp({ pool, flows }: { pool: Pool; flows: readonly Flow[] }) {
  const policies = new Policies();
  return async ({ caseId, eventPosition, turn, nth, tool, ...at }: LookingUp): Promise<void> => {
    const flow = flows.find(({ name }) => name === at.flow);
    const [loaded] = await loadEvents({ pool, policies }, { ...at, caseId }, [eventPosition]);
    if (flow === undefined || loaded === undefined) throw failure('event-missing', `The log ${at.flow} holds no event at ${eventPosition}`);
    const look = lookOf(flow, tool);
    if (look === undefined) throw failure('not-found', `There is nothing to look up by the name ${tool.slice(0, 64)}`);
    const { seen, strangersChars } = await look(pool, { flow, tenant: at.tenant, loaded });
    const found = JSON.stringify(seen) ?? 'null';
    const result = found.length > RESULT_CHARS_MAX ? `${found.slice(0, RESULT_CHARS_MAX)}...` : found;
    const { subject } = loaded.event;
    await writeCaseLog(pool, at, (log) =>
      log.record([lookUpRecord({ ...at, eventPosition, subject, turn, nth, tool, result, strangersChars })]),
    );
  };
}
