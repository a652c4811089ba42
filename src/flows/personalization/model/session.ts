/** What is remembered of one session, and of whoever is behind it. */
import type { JsonObject } from '../../../domain/event.ts';
import { jsonState } from '../../../kit/state/jsonState.ts';
import type { StateOf } from '../../../kit/state/stateCodec.ts';

export interface CartLine {
  readonly itemId: string;
  readonly quantity: number;
  readonly price: number;
}

/** What became of an order. */
export interface Ordered {
  readonly orderId: string;
  /** Of its items, those that had been recommended. */
  readonly recommended: readonly string[];
}

interface Remembered {
  /** The position of its first event, by which the shop's memory knows it; 0: there was none. */
  number: number;
  /** Newest last. */
  items: string[];
  /** Recommended in it; the newest list first, of which `listed` is the length and `by` what it was made of. */
  shown: string[];
  listed: number;
  by: 'model' | 'popular';
  cart: CartLine[];
  /** Of its last event, by acceptance; null: none. */
  heardMs: number | null;
  /** A fingerprint of whoever is behind it. */
  who: number | null;
  consent: boolean | null;
  zone: string | null;
  /** When its cart was last found to be abandoned. */
  abandonedMs: number | null;
  /** Nothing has been heard of it since. */
  away: boolean;
  order: Ordered | null;
}

export const sessionState = jsonState<Remembered>({
  empty: () => ({
    ...{ number: 0, items: [], shown: [], listed: 0, by: 'popular', cart: [], heardMs: null, who: null, consent: null, zone: null },
    ...{ abandonedMs: null, away: false, order: null },
  }),
});

export type Session = StateOf<typeof sessionState>;

/** For the timeline. */
export const showSession = ({ items, shown, listed, cart, consent, zone, abandonedMs, order }: Session): JsonObject =>
  ({ items, recommended: shown.slice(0, listed), cart, consent, zone, abandonedMs, order }) as unknown as JsonObject;
