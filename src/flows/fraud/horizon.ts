/** How far back the fraud flow looks, and how much it keeps. */

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** A payment later than this behind its card's or terminal's newest is recorded, not folded; entries are kept that much longer. */
export const LATENESS_MS = 24 * HOUR_MS;
/** The handbook's assumption: after a week, a payment without a dispute was genuine. */
export const LABEL_DELAY_MS = 7 * DAY_MS;
export const CARD_WINDOW_MS = 30 * DAY_MS;
export const TERMINAL_WINDOW_MS = CARD_WINDOW_MS + LABEL_DELAY_MS;
/** A card's habit is read from its last 30 days, or from this many payments where those are fewer. */
export const HABIT_PAYMENTS_MIN = 20;
/** Where a card or terminal has more payments than this within its windows, the oldest go: 16 kB of state at most. */
export const ENTRIES_MAX = 2000;
