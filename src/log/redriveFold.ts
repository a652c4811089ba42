/**
 * An event that went no further, folded anew: redriving writes what becomes of it, a preview only tells it. Both go by this, so that what is run is
 * what was previewed.
 */
import { createHash } from 'node:crypto';
import { subjectOf } from '../domain/eventType.ts';
import type { Flow } from '../domain/flow.ts';
import { eventId, type Place } from '../domain/ids.ts';
import { AT_ACCEPTANCE, type FoldedEntry, type Folding, keysOf, LATE, NOT_FOLDED } from '../kit/fold.ts';
import { NOTHING_FOUND } from './rewindCase.ts';
import { storedEvent } from './storedEvent.ts';

/** As it was put aside. */
export interface AsideRow {
  source: string;
  id: string;
  type: string;
  /** Null where the data of an adopted event did not fit. */
  subject: string | null;
  accepted_at: Date;
  history: boolean;
  note: string | null;
  body: string;
}

/** Of an entry `e`: in quarantine, or not folded as it was late or had expired when it was accepted. */
export const ASIDE = `(e.ending = 'quarantined' or (e.ending = 'recorded' and e.note = '${LATE}') or (e.ending = 'expired' and e.note = '${AT_ACCEPTANCE}'))`;

export interface Aside {
  readonly subject: string;
  readonly folding: Folding;
  /** False: the states hold it already, as its case put it aside. */
  readonly folds: boolean;
}

/** Throws `off-schema` where it names no subject. */
export function asideOf(flow: Flow, { place, row }: { place: Place; row: AsideRow }, policy: unknown): Aside {
  const { data } = storedEvent({ ...row, position: place.position, subject: '' });
  const subject = row.subject ?? subjectOf(flow, { type: row.type, data }, policy);
  const { event } = storedEvent({ ...row, position: place.position, subject });
  const anyway = row.note === LATE || row.note === AT_ACCEPTANCE;
  return {
    subject,
    folding: { event, keys: keysOf(flow, event), expired: false, history: row.history, anyway },
    folds: anyway || row.note?.startsWith(NOT_FOLDED) === true,
  };
}

/** What becomes of one that goes back to its case. */
export const BACK_TO_CASE: FoldedEntry = {
  ...{ ending: 'waiting', note: null, decision: null, found: NOTHING_FOUND, why: 'decide', changed: [], watches: null, lesson: null },
};

interface Judged {
  readonly place: Place;
  /** Why it was put aside. */
  readonly note: string | null;
  readonly code: string | null;
  readonly policy: string;
  readonly entry: FoldedEntry;
}

/** Stands for an event and what would become of it: another if the code, the policy, or a state that matters has changed. */
export function redriveTag({ place, note, code, policy, entry: { ending, decision } }: Judged): string {
  const known = [eventId(place), note, code, policy, ending, decision?.outcome ?? null, decision?.provisional ?? null];
  return createHash('sha256').update(JSON.stringify(known)).digest('hex').slice(0, 16);
}
