/** Events of types that no flow of this build takes: mostly a name that was spelt wrong. */

import { UNROUTED } from '../../domain/ids.ts';
import { didYouMean } from '../../domain/nearest.ts';
import { flows } from '../../flows/flows.ts';
import type { Pool } from '../../log/db/database.ts';
import { type Finding, ok, warn } from './finding.ts';

/** Of the log's end so many are looked at: it may hold years. */
const ENTRIES_MAX = 10_000;
const TYPES_SHOWN_MAX = 5;

export async function lookAtUnrouted(pool: Pool): Promise<Finding[]> {
  const known = flows.flatMap((flow) => [...Object.keys(flow.types), ...Object.keys(flow.follows ?? {}), ...Object.keys(flow.emits ?? {})]);
  const { rows } = await pool.query<{ type: string; events: number }>(
    `select type, count(*)::int as events from (
      select type from entries where log = $1 and kind = 'event' order by position desc limit ${ENTRIES_MAX}
    ) last where not type = any($2::text[]) group by type order by count(*) desc, type`,
    [UNROUTED, known],
  );
  if (rows.length === 0) return [ok('types', 'every event of late has a flow that takes it')];
  const shown = rows.slice(0, TYPES_SHOWN_MAX).map(({ type, events }) => `${events} of ${type}${didYouMean(type, known)}`);
  const more = rows.length > TYPES_SHOWN_MAX ? `, and ${rows.length - TYPES_SHOWN_MAX} types more` : '';
  return [
    warn(
      'types',
      `no flow of this build takes these events: ${shown.join(', ')}${more}`,
      'they are kept: mend their sender, or add a flow for the type, which takes them over; `signalbox flow list` names the types there are',
    ),
  ];
}
