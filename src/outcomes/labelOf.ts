/** The label that an event carries, and the business key by which it finds the event it is about. Pure. */
import { createHash } from 'node:crypto';
import type { Hindsight, LabelledEvent } from '../domain/flow/flowOutcomes.ts';
import type { Flow } from '../domain/flow.ts';
import { DECISION_OUTCOME, isBusinessKey, judgingOf, outcomeTarget } from '../domain/outcomes.ts';
import type { SeenEvent } from './outcomeBatch.ts';

export interface Label {
  readonly position: number;
  readonly subject: string;
  /** SHA-256 (hex) of subject and business key; null where it names its event. */
  readonly lookup: string | null;
  readonly eventPosition: number | null;
  /** It names neither: which decision it is about is found among those before it. */
  readonly hindsight?: Hindsight;
  /** Empty where the event that it is about is needed to tell it. */
  readonly truth: string;
  readonly truthBy?: (labelled: LabelledEvent) => string;
  readonly atMs: number;
  readonly acceptedAtMs: number;
}

/** Hashed, as both together may be longer than a key of an index. */
function lookupOf(subject: string, key: string): string {
  return createHash('sha256')
    .update(`${Buffer.byteLength(subject)} ${subject}${key}`)
    .digest('hex');
}

/** Neither was folded: a label is not believed before its flow's reflex could read it, or past its own expiry. */
const UNREAD = new Set(['quarantined', 'expired']);

type Named = Pick<Label, 'lookup' | 'eventPosition' | 'truth' | 'truthBy' | 'hindsight'>;

/** Null: it carries none. */
export function labelOf(flow: Flow, event: SeenEvent): Label | null {
  const { position, subject, timeMs: atMs, acceptedAtMs, ending, data } = event;
  if (data === null || UNREAD.has(ending)) return null;
  const named = event.type === DECISION_OUTCOME ? namedBy(data) : declaredBy(flow, event);
  if (named === null || (named.truthBy === undefined && !judgingOf(flow).truths.includes(named.truth))) return null;
  return { position, subject, atMs, acceptedAtMs, ...named };

  function namedBy(said: NonNullable<SeenEvent['data']>): Named | null {
    const target = outcomeTarget(said);
    const truth = String(said.truth);
    if (target === null) return null;
    if (target.by === 'event') return { lookup: null, eventPosition: target.place.position, truth };
    return { lookup: lookupOf(subject, target.key), eventPosition: null, truth };
  }
}

function declaredBy(flow: Flow, { type, subject, timeMs, data }: SeenEvent): Named | null {
  const hindsight = data === null ? null : (flow.labels?.hindsightOf?.({ type, data }) ?? null);
  if (hindsight !== null) return { lookup: null, eventPosition: null, truth: hindsight.truth, hindsight };
  const label = data === null ? null : (flow.labels?.labelOf({ type, data }) ?? null);
  if (data === null || label === null || !isBusinessKey(label.key)) return null;
  const { key, truth } = label;
  const named = { lookup: lookupOf(subject, key), eventPosition: null };
  if (typeof truth === 'string') return { ...named, truth };
  return { ...named, truth: '', truthBy: (labelled) => truth(labelled, { type, data, timeMs }) };
}

/** What asks for no decision, or does so no more, is not what a label is about: a payment that came too late and was only recorded. */
const UNDECIDED = new Set(['recorded', 'quarantined']);

const isDecidable = ({ ending }: Pick<SeenEvent, 'ending'>): boolean => !UNDECIDED.has(ending);

/** Where labels look for the event; null: no label finds it by a key. */
export function lookupOfEvent(
  flow: Flow,
  { type, subject, ending, data }: Pick<SeenEvent, 'type' | 'subject' | 'ending' | 'data'>,
): string | null {
  if (data === null || type === DECISION_OUTCOME || !isDecidable({ ending })) return null;
  const key = flow.labels?.keyOf({ type, data }) ?? null;
  return key === null || !isBusinessKey(key) ? null : lookupOf(subject, key);
}
