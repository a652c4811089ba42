/** A batch of messages to events that are committed: nothing of it is acknowledged before. For reasons of ours (the database is away) it throws, and the batch comes again. */
import type { Caller } from '../../domain/caller.ts';
import { ERRORS, SignalboxError } from '../../domain/errors.ts';
import type { IncomingEvent } from '../../domain/event.ts';
import type { Pool } from '../../log/db/database.ts';
import { type KeptOriginal, keepOriginals } from '../../log/door/originals.ts';
import type { Progress } from '../../log/door/streams.ts';
import type { Accept, Accepted } from '../accept/accept.ts';
import { refusalLine } from '../accept/refusalLine.ts';
import { type ReadMessage, type ReadStream, readMessage, unreadEvent } from './readMessage.ts';
import type { StreamMessage } from './source.ts';

export interface TakeDeps {
  readonly pool: Pool;
  readonly tenant: string;
  readonly accepting: Pick<Accept, 'accept'>;
}

interface Item extends ReadMessage {
  readonly message: StreamMessage & { readonly body: Buffer };
}

const EVENTS_MAX = 1000;

const isOurs = ({ code }: SignalboxError): boolean => ERRORS[code].status >= 500 || ERRORS[code].status === 429;

export async function takeMessages(
  deps: TakeDeps,
  stream: ReadStream,
  batch: readonly StreamMessage[],
): Promise<Omit<Progress, 'position'>> {
  const full = batch.filter((message): message is Item['message'] => message.body !== null);
  const read = await Promise.all(
    full.map(async (message) => (await readMessage(stream, message)).map((one): Item => ({ ...one, message }))),
  );
  const items = read.flat();
  const counted = { taken: 0, repeated: 0, unread: 0, empty: batch.length - full.length };
  const originals: KeptOriginal[] = [];
  for (let at = 0; at < items.length; at += EVENTS_MAX) {
    const part = items.slice(at, at + EVENTS_MAX);
    const results = await acceptAll(deps, stream, part);
    for (const [nth, { result, fault, event }] of results.entries()) {
      if (result.answer.result === 'known') counted.repeated += 1;
      else if (event.unreadable !== undefined) counted.unread += 1;
      else counted.taken += 1;
      const original = part[nth]?.original;
      if (original != null && event.unreadable === undefined)
        originals.push(fault === null ? original : { ...original, fault, mapping: null });
    }
  }
  await keepOriginals(deps.pool, deps.tenant, originals);
  return counted;
}

interface Taken {
  readonly result: Accepted;
  readonly event: IncomingEvent;
  readonly fault: string | null;
}

/** What is refused for what it is goes again as it came, then to quarantine. */
async function acceptAll({ tenant, accepting }: TakeDeps, stream: ReadStream, items: readonly Item[]): Promise<Taken[]> {
  const caller: Caller = { tenant, actor: `stream:${stream.name}`, scopes: ['events:write'], roles: [], rate: null };
  const taken: (Taken | undefined)[] = items.map(() => undefined);
  let left = items.map(({ event }, at) => ({ at, event, fault: null as string | null }));
  for (let round = 0; left.length > 0; round += 1) {
    const results = await accepting.accept(
      left.map(({ event }) => event),
      caller,
      { history: false },
    );
    const again: typeof left = [];
    for (const [nth, { at, event, fault }] of left.entries()) {
      const result = results[nth] ?? new SignalboxError('internal');
      if (!(result instanceof SignalboxError)) taken[at] = { result, event, fault };
      else if (isOurs(result) || round > 2) throw result;
      else again.push(insteadOf(stream, items[at] as Item, { at, round, reason: refusalLine(result) }));
    }
    left = again;
  }
  return taken as Taken[];
}

function insteadOf(stream: ReadStream, { raw, message }: Item, { at, round, reason }: { at: number; round: number; reason: string }) {
  const fault = `The event was refused: ${reason}`;
  // a repeat with other content is no fault of the mapping, and would be refused again as it came: it has its turn all the same
  const event = raw !== null && round === 0 ? raw(fault) : unreadEvent(stream, message, fault);
  return { at, event, fault };
}
