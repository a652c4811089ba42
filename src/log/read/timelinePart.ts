/** What a timeline is put together from: sources that each are in an order of their own, read by an index on the subject. */
import type { Pool } from '../db/database.ts';
import type { Timed } from './mergeByTime.ts';

export interface TimelineSubject {
  readonly tenant: string;
  readonly flow: string;
  readonly subject: string;
}

/** `detail` is JSON text: an event's holds its body as it was sent. */
export interface TimelineItem {
  readonly at: string;
  readonly kind: string;
  readonly id: string;
  readonly title: string;
  readonly detail: string;
  readonly causes: readonly string[];
}

export interface FoundItem extends Timed {
  /** Which of the sources it is from: what its cursor is kept under. */
  readonly part: string;
  readonly position: number;
  readonly item: TimelineItem;
}

/**
 * `subject = $3 and position > $4`, so written that only an index on the subject gives the order that is asked for: while there are
 * no statistics, the planner would go through the whole log by its positions instead.
 */
export const AFTER = (table: string): string => `(${table}.subject, ${table}.position) > ($3, $4) and ${table}.subject <= $3`;

export type ReadPart = (pool: Pool, of: TimelineSubject, values: readonly unknown[]) => Promise<FoundItem[]>;
