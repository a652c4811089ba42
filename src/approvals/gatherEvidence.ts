/** What a reviewer is shown of an event: read where it is kept, so that none of it has to pass through a history. */
import type { Reason } from '../domain/decision.ts';
import type { JsonObject } from '../domain/event.ts';
import { fieldsOf, shownTo } from '../domain/exposure.ts';
import type { Flow } from '../domain/flow.ts';
import type { Pool } from '../log/db/database.ts';
import { loadEvents } from '../log/loadEvents.ts';
import type { Policies } from '../log/policies.ts';
import type { SimilarDecision, SimilarTo } from '../outcomes/similar.ts';

export interface EvidenceDeps {
  readonly pool: Pool;
  readonly policies: Policies;
  /** Past cases like this one and what became of them, best first, some few. */
  readonly similar: (about: SimilarTo) => Promise<SimilarDecision[]>;
}

export interface Gathering extends Pick<SimilarTo, 'tenant' | 'flow' | 'subject' | 'eventPosition'> {
  readonly caseId: string;
  /** What the event's data is called among the evidence. */
  readonly dataAs: string;
  /** What the rungs below would have done. */
  readonly advice: JsonObject;
}

const FACTORS_MAX = 5;
const SIMILAR_MAX = 5;
/** A page is read by a person, and a list of approvals holds many: what is longer stays with the event. */
const VALUE_CHARS_MAX = 4000;
const DATA_CHARS_MAX = 64_000;
const LEFT_OUT = '[too long to show here: see the event]';

export interface Gathered {
  readonly evidence: JsonObject;
  /** When the event is of no use any more; null: never. */
  readonly expiresAtMs: number | null;
}

/** Null where the log does not hold the event. */
export async function gatherEvidence(
  { similar, ...deps }: EvidenceDeps,
  flow: Flow,
  { dataAs, advice, ...about }: Gathering,
): Promise<Gathered | null> {
  const [loaded] = await loadEvents(deps, about, [about.eventPosition]);
  if (loaded === undefined) return null;
  const { event, found, provisional } = loaded;
  const { score = null, reasons = [], outcome = null } = provisional ?? {};
  const past = await similar({ ...about, found, score, limit: SIMILAR_MAX });
  const evidence = {
    [dataAs]: bounded(shownTo('reviewer', fieldsOf(flow, event.type), event.data)),
    features: bounded(found),
    score,
    provisional: outcome,
    reasons: reasons.map(asJson),
    factors: topFactors(reasons).map(asJson),
    ...advice,
    similar: past.map((one): JsonObject => ({ ...one })),
  };
  return { evidence, expiresAtMs: loaded.expiresAtMs ?? null };
}

const asJson = (reason: Reason): JsonObject => ({ ...reason });

/** What weighed most, for or against. */
function topFactors(reasons: readonly Reason[]): Reason[] {
  const weighed = reasons.filter((reason): reason is Reason & { weight: number } => reason.weight !== undefined);
  return weighed.sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight)).slice(0, FACTORS_MAX);
}

function bounded(values: JsonObject): JsonObject {
  const shown: JsonObject = {};
  let left = DATA_CHARS_MAX;
  for (const [name, value] of Object.entries(values)) {
    const chars = JSON.stringify(value).length;
    const fits = chars <= VALUE_CHARS_MAX;
    left -= name.length + (fits ? chars : LEFT_OUT.length);
    if (left < 0) return { ...shown, more: LEFT_OUT };
    shown[name] = fits ? value : LEFT_OUT;
  }
  return shown;
}
