/**
 * One alert an incident, out of a level that is looked at row by row: it opens after `debounceRows` rows in a row at 1 or more, and is over
 * when its rest has passed and a row lies below `clearBelow` (hysteresis, as a Schmitt trigger has it: O. H. Schmitt, "A thermionic
 * trigger", J. Sci. Instruments 15 (1938)). Two numbers and a mark, whatever comes.
 */
import type { ByteReader, ByteWriter } from './bytes.ts';

export interface IncidentTerms {
  readonly debounceRows: number;
  readonly restRows: number;
  /** At most 1. */
  readonly clearBelow: number;
}

export interface Incident {
  /** Rows at 1 or more without a break. */
  high: number;
  /** Rows of rest that are left. */
  rest: number;
  open: boolean;
}

/** `opened` once an incident; `open` after that, until it is over. */
export type IncidentNews = 'none' | 'opened' | 'open';

export const noIncident = (): Incident => ({ high: 0, rest: 0, open: false });

export function addLevel(incident: Incident, level: number, { debounceRows, restRows, clearBelow }: IncidentTerms): IncidentNews {
  incident.high = level >= 1 ? Math.min(debounceRows, incident.high + 1) : 0;
  if (incident.rest > 0) {
    incident.rest -= 1;
    if (incident.rest > 0) return 'open';
  }
  if (incident.open) {
    if (level >= clearBelow) return 'open';
    incident.open = false;
  }
  if (incident.high < debounceRows) return 'none';
  incident.open = true;
  incident.rest = restRows;
  return 'opened';
}

/** What follows belongs to this incident for a whole rest: somebody works at its cause, which shows too. */
export function restAnew(incident: Incident, { restRows }: Pick<IncidentTerms, 'restRows'>): void {
  incident.open = true;
  incident.rest = restRows;
}

export function saveIncident(writer: ByteWriter, { high, rest, open }: Incident): void {
  writer.varint(high);
  writer.varint(rest);
  writer.byte(open ? 1 : 0);
}

export function loadIncident(reader: ByteReader): Incident {
  return { high: reader.varint(), rest: reader.varint(), open: reader.byte() === 1 };
}
