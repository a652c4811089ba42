/**
 * Whoever has stolen the numbers of many cards tries them: small amounts, many of which fail, over cards that have nothing in common but the
 * terminal, the device or the range of addresses from where they are tried.
 */
import type { Reason } from '../../domain/decision.ts';
import { fingerprint } from '../../kit/sense/fingerprint.ts';
import { countUntil, insertAt } from '../../kit/sense/timeColumn.ts';
import { fingerprints, times } from '../../kit/state/columns.ts';
import { record } from '../../kit/state/record.ts';
import type { StateCodec, StateOf } from '../../kit/state/stateCodec.ts';
import { addressRange } from './addressRange.ts';
import { HOUR_MS } from './horizon.ts';
import type { FraudPolicy } from './policy.ts';

const TRIES_MAX = 512;

const kept = record({
  /** Of tries that were small or failed, ascending; `cards` (fingerprints) beside them. */
  times: times({ keepMs: 2 * HOUR_MS, max: TRIES_MAX }),
  cards: fingerprints(),
});
export type Tries = StateOf<typeof kept>;

/** Makes nothing late: the card's and the terminal's own histories say what is. */
export const triesState: StateCodec<Tries> = { ...kept, newestMs: () => Number.NEGATIVE_INFINITY };

const PLACES = ['terminal', 'device', 'range'] as const;
type Place = (typeof PLACES)[number];
const NAMES: Record<Place, string> = { terminal: 'at the terminal', device: 'from the device', range: 'from the range of addresses' };

/** Of a failure, senders may give these too. */
interface From {
  readonly terminalId: string;
  readonly deviceId?: unknown;
  readonly ip?: unknown;
}

const CHARS_MAX = 512;

function placesOf({ terminalId, deviceId, ip }: From): [Place, string][] {
  const range = typeof ip === 'string' ? addressRange(ip) : null;
  return [
    ['terminal', terminalId],
    ...(typeof deviceId === 'string' && deviceId.length > 0 && deviceId.length <= CHARS_MAX
      ? [['device', deviceId] as [Place, string]]
      : []),
    ...(range === null ? [] : [['range', range] as [Place, string]]),
  ];
}

/** In the order in which `takeTry` gets their states. */
export const triedFrom = (from: From): string[] => placesOf(from).map(([place, id]) => `${place}:${id}`);

interface Tried {
  readonly timeMs: number;
  readonly data: From & { readonly cardId: string; readonly amount: number };
}

/**
 * Notes a try that is small or failed. Gives the states, null for those that stay, and why a person must look: more cards than may be
 * within the hour. At a terminal that asks about small payments alone: many honest cards pay there too.
 */
export function takeTry(
  states: readonly Tries[],
  { timeMs, data }: Tried,
  { failed, policy }: { readonly failed: boolean; readonly policy: FraudPolicy },
): { readonly tries: (Tries | null)[]; readonly reasons: Reason[] } {
  const { cardTesting } = policy.rules;
  if (cardTesting === undefined) return { tries: [], reasons: [] };
  const small = data.amount <= cardTesting.smallAmountMax;
  const reasons: Reason[] = [];
  const tries = placesOf(data).map(([place], nth) => {
    const state = states[nth] as Tries;
    if (small || failed) {
      const at = countUntil(state.times, timeMs);
      insertAt(state.times, at, timeMs);
      insertAt(state.cards, at, fingerprint(data.cardId));
    }
    const [from, to] = [countUntil(state.times, timeMs - HOUR_MS), countUntil(state.times, timeMs)];
    const cards = new Set(state.cards.slice(from, to)).size;
    const most = cardTesting.cardsPerHourMax[place];
    if (cards > most && (small || place !== 'terminal'))
      reasons.push({
        code: 'card-testing',
        text: `${cards} cards were tried ${NAMES[place]} within an hour, with small amounts or without success: more than ${most}`,
      });
    return small || failed ? state : null;
  });
  return { tries, reasons };
}
