/**
 * Joins labels and events, whichever comes first.
 *
 * A business key means the newest event of its subject that has it and asks for a decision: an earlier label moves on when a newer such
 * event comes. So it does not matter in which order they came, only where they stand in the log.
 */
import { judgingOf } from '../domain/outcomes.ts';
import type { Client } from '../log/db/database.ts';
import { findForetold } from './findForetold.ts';
import { findLabelled } from './findLabelled.ts';
import { type Label, labelOf, lookupOfEvent } from './labelOf.ts';
import { insertLabels, type KeptLabel, moveLabels, readLabelsOf, readTruths } from './labelRows.ts';
import { type OutcomeBatch, type OutcomeContext, readSeen, type SeenEvent } from './outcomeBatch.ts';

/** Of one event, by the labels before the batch and after it; empty: nothing is known. */
export interface TruthChange {
  readonly before: string;
  readonly after: string;
}

export interface Joined {
  /** By position of the event. */
  readonly changes: ReadonlyMap<number, TruthChange>;
  /** Labels that began to wait less those that ended it. */
  readonly waiting: number;
  /** Events that the flow could not read as labels or by key: a fault of the flow. */
  readonly failures: readonly unknown[];
}

interface Gathered {
  readonly labels: Label[];
  /** The newest event of the batch, by its lookup. */
  readonly keyed: Map<string, number>;
  readonly failures: unknown[];
}

/** A flow's own code that throws takes its event out, not the follower. */
function gather({ flow }: OutcomeContext, events: readonly SeenEvent[]): Gathered {
  const gathered: Gathered = { labels: [], keyed: new Map(), failures: [] };
  for (const event of events) {
    try {
      const label = labelOf(flow, event);
      if (label !== null) gathered.labels.push(label);
      const lookup = lookupOfEvent(flow, event);
      if (lookup !== null) gathered.keyed.set(lookup, Math.max(event.position, gathered.keyed.get(lookup) ?? 0));
    } catch (error) {
      gathered.failures.push(error);
    }
  }
  return gathered;
}

export async function joinLabels(
  client: Client,
  context: OutcomeContext,
  { batch, after }: { batch: Pick<OutcomeBatch, 'events'>; after: number },
): Promise<Joined> {
  const { labels: given, keyed, failures } = gather(context, batch.events);
  const labels = await resolved(client, context, given);
  const at = { tenant: context.tenant, flow: context.flow.name };
  const lookups = new Set([...keyed.keys(), ...labels.flatMap(({ lookup }) => lookup ?? [])]);
  const kept = await readLabelsOf(client, at, [...lookups]);
  const meant = await findMeant(client, context, { labels, keyed, kept, after });
  const placed = labels.map((label) => (label.lookup === null ? label : { ...label, eventPosition: meant.get(label.lookup) ?? null }));
  const joined = await told(client, context, { placed, seen: batch.events, failures });
  const moves = kept.flatMap(({ position, lookup, eventPosition }) => {
    const to = meant.get(lookup);
    return to === undefined || to === eventPosition ? [] : [{ position, from: eventPosition, to }];
  });
  const touched = [...new Set([...joined.map(({ eventPosition }) => eventPosition), ...moves.flatMap(({ from, to }) => [from, to])])];
  const positions = touched.filter((position): position is number => position !== null);
  const before = await readTruths(client, at, positions);
  const inserted = await insertLabels(client, at, joined);
  await moveLabels(client, at, moves);
  const truths = await readTruths(client, at, positions);
  const changes = positions.map(
    (position) => [position, { before: before.get(position) ?? '', after: truths.get(position) ?? '' }] as const,
  );
  const began = joined.filter(({ position, eventPosition }) => eventPosition === null && inserted.has(position)).length;
  const ended = moves.filter(({ from }) => from === null).length;
  return { changes: new Map(changes), waiting: began - ended, failures };
}

/** What is said in hindsight names its decision from here on: later ones change nothing. It says nothing where nothing was decided. */
async function resolved(client: Client, context: OutcomeContext, labels: readonly Label[]): Promise<Label[]> {
  const named: Label[] = [];
  for (const label of labels) {
    const eventPosition =
      label.hindsight === undefined ? label.eventPosition : await findForetold(client, context, { ...label, hindsight: label.hindsight });
    if (label.hindsight === undefined || eventPosition !== null) named.push({ ...label, eventPosition });
  }
  return named;
}

/** With the truth of those that only their event tells. One whose event is not before it, or that tells nothing that can be true, is left out. */
async function told(
  client: Client,
  context: OutcomeContext,
  { placed, seen, failures }: { placed: readonly Label[]; seen: readonly SeenEvent[]; failures: unknown[] },
): Promise<Label[]> {
  const places = new Map<Label, number>();
  for (const label of placed) {
    const place = label.truthBy === undefined ? null : await before(client, context, label);
    if (place !== null) places.set(label, place);
  }
  const known = new Map(seen.map((event) => [event.position, event]));
  const missing = [...new Set(places.values())].filter((position) => !known.has(position));
  if (missing.length > 0) for (const event of await readSeen(client, context, missing)) known.set(event.position, event);
  const { truths } = judgingOf(context.flow);
  return placed.flatMap((label) => {
    if (label.truthBy === undefined) return [label];
    const event = known.get(places.get(label) ?? 0);
    if (event?.data == null) return [];
    try {
      const truth = label.truthBy({ ...event, data: event.data });
      return truths.includes(truth) ? [{ ...label, truth }] : [];
    } catch (error) {
      failures.push(error);
      return [];
    }
  });
}

/** Of a label's key, the newest event before it: what came after it in one batch with it would be behind it in another. */
async function before(
  client: Client,
  context: OutcomeContext,
  { subject, lookup, position, eventPosition }: Label,
): Promise<number | null> {
  if (lookup === null || eventPosition === null || eventPosition < position) return eventPosition;
  const found = await findLabelled(client, context, { subject, lookups: new Set([lookup]), upTo: position - 1 });
  return found.get(lookup) ?? null;
}

/** The event that each lookup means now. What no event has is not in it. */
async function findMeant(
  client: Client,
  context: OutcomeContext,
  {
    labels,
    keyed,
    kept,
    after,
  }: { labels: readonly Label[]; keyed: ReadonlyMap<string, number>; kept: readonly KeptLabel[]; after: number },
): Promise<Map<string, number>> {
  const meant = new Map(keyed);
  // a label that was joined before knows the newest event up to there
  for (const { lookup, eventPosition } of kept) {
    if (eventPosition !== null) meant.set(lookup, Math.max(eventPosition, meant.get(lookup) ?? 0));
  }
  const sought = new Map<string, Set<string>>();
  for (const { subject, lookup } of labels) {
    if (lookup === null || meant.has(lookup)) continue;
    sought.set(subject, (sought.get(subject) ?? new Set()).add(lookup));
  }
  for (const [subject, lookups] of sought) {
    const found = await findLabelled(client, context, { subject, lookups, upTo: after });
    for (const [lookup, position] of found) meant.set(lookup, position);
  }
  return meant;
}
