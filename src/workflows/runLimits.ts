/** How much one run of a case takes. */
export interface RunLimits {
  /** Signals that one run takes before the next one goes on. */
  readonly signalsMax: number;
  readonly historyEventsMax: number;
  readonly historyBytesMax: number;
  /** Stories that are told or wait: the next event waits until one is over, and each wait has its time. */
  readonly openMax: number;
  /** Of one story: its row holds them all. */
  readonly waitsPerStoryMax: number;
}

/**
 * Far from Temporal's own limits (10,000 signals, 51,200 events, 50 MB), so that replaying a run stays quick. A history over 4 MB
 * cannot be fetched in one message, as clients do (tried at 7 MB: refused).
 */
export const LIMITS: RunLimits = {
  ...{ signalsMax: 500, historyEventsMax: 8000, historyBytesMax: 3 * 1024 * 1024 },
  ...{ openMax: 10_000, waitsPerStoryMax: 500 },
};
