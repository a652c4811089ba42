/** Tells the operator of events that a reflex could not fold: of each flow one line in some seconds, and how many came between. */
import type { Logger } from 'pino';
import { eventId } from '../domain/ids.ts';
import type { AcceptedEvent } from '../log/arrival.ts';

const QUIET_MS = 5000;

type Quarantined = Pick<AcceptedEvent, 'log' | 'position' | 'note'>;

export function tellQuarantine(
  logger: Logger,
  tenant: string,
  nowMs: () => number = () => performance.now(),
): (event: Quarantined) => void {
  const quiet = new Map<string, { untilMs: number; more: number }>();
  return ({ log, position, note }) => {
    const since = quiet.get(log);
    if (since !== undefined && nowMs() < since.untilMs) {
      since.more += 1;
      return;
    }
    quiet.set(log, { untilMs: nowMs() + QUIET_MS, more: 0 });
    const event = eventId({ tenant, log, position });
    logger.warn({ flow: log, event, cause: note, more: since?.more ?? 0 }, 'an event is in quarantine, as its flow could not fold it');
  };
}
