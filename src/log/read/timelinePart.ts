/** What a timeline is put together from: sources that each are in an order of their own, read by an index on the subject. */
import type { Pool } from '../db/database.ts';
import { PAGE_BYTES_MAX, type Timed } from './mergeByTime.ts';

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

/**
 * A column of rows in the order of their positions, and how much it takes up. Behind what a page holds it is null: no page has such a row,
 * and its text is not read.
 */
export const WITHIN_PAGE = (column: string): string => `coalesce(octet_length(${column}), 0) as bytes,
  case when sum(octet_length(${column})) over (order by position) - octet_length(${column}) < ${PAGE_BYTES_MAX} then ${column} end as ${column}`;

export type ReadPart = (pool: Pool, of: TimelineSubject, values: readonly unknown[]) => Promise<FoundItem[]>;
