/** Frames of server-sent events, as text; and those of the logs, made of what is told. */
import { readChangedApprovals } from '../../approvals/readChanged.ts';
import type { Pool } from '../../log/db/database.ts';
import { readDecisions } from '../../log/read/decisions.ts';
import { readEvents } from '../../log/read/events.ts';
import type { Positions } from '../../log/read/feed.ts';
import { readTold, type Telling, type Told, type ToldPlace } from '../../log/read/told.ts';
import type { TemporalWeb } from '../accept/receipt.ts';
import { writeCursor } from '../http/cursor.ts';
import { storedEventText } from '../routes/storedEventText.ts';

/** Something that happened, to be told once to everyone who wants it. */
export interface Frame {
  readonly log: string;
  readonly order: number;
  /** Null for an event that no flow took. */
  readonly flow: string | null;
  readonly kind: Told;
  readonly adopted: boolean;
  readonly text: string;
}

export interface FramePage {
  readonly frames: readonly Frame[];
  readonly next: Positions;
  readonly more: boolean;
}

interface Sources {
  readonly pool: Pool;
  readonly temporal: TemporalWeb;
}

/** JSON has line ends between its tokens alone, and a frame has its data on one line. */
export const frameText = (event: string, json: string, id?: string): string =>
  `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${json.replace(/[\r\n]+/g, ' ')}\n\n`;

const CASES = '/cases';
const UNROUTED_LOG = 'unrouted';
export const flowOfLog = (log: string): string | null =>
  log === UNROUTED_LOG ? null : log.endsWith(CASES) ? log.slice(0, -CASES.length) : log;

/** What a place gives may be gone by now (an approval that a redrive took away): it gives no frame then. */
export async function readFrames(sources: Sources, telling: Telling): Promise<FramePage> {
  const { places, next, more } = await readTold(sources.pool, telling);
  const texts = await readTexts(sources, telling.tenant, places);
  const reached = new Map(telling.after);
  const frames = places.flatMap((place): Frame[] => {
    const { log, order, kind, adopted } = place;
    reached.set(log, order);
    const json = texts.get(place);
    if (json === undefined) return [];
    return [{ log, order, kind, adopted, flow: flowOfLog(log), text: frameText(kind, json, writeCursor(reached)) }];
  });
  return { frames, next, more };
}

async function readTexts({ pool, temporal }: Sources, tenant: string, places: readonly ToldPlace[]): Promise<Map<ToldPlace, string>> {
  const of = (kind: Told): ToldPlace[] => places.filter((place) => place.kind === kind);
  const [decided, changed, accepted] = [of('decision'), of('approval'), of('event')];
  const [decisions, approvals, events] = await Promise.all([
    readDecisions(pool, tenant, decided),
    readChangedApprovals(pool, tenant, changed),
    readEvents({ pool, caseIds: temporal.caseIds }, tenant, accepted),
  ]);
  // a decision is never taken away, nor is its event
  if (decisions.length !== decided.length) throw new Error('Cannot read a decision that the log holds');
  const eventAt = new Map(events.map((event) => [`${event.log} ${event.position}`, event]));
  const texts = new Map<ToldPlace, string>();
  for (const [at, place] of decided.entries()) texts.set(place, JSON.stringify(decisions[at]));
  for (const [at, place] of changed.entries()) {
    const approval = approvals[at] ?? null;
    if (approval !== null) texts.set(place, JSON.stringify(approval));
  }
  for (const place of accepted) {
    const event = eventAt.get(`${place.log} ${place.position}`);
    if (event !== undefined) texts.set(place, storedEventText(event, temporal));
  }
  return texts;
}
