/** Asking again while the service cannot take a request: it is away, busy or stopping. */
import { BackOff } from '../domain/backOff.ts';
import { isLater, Refused, type ServiceAnswer, ServiceAway } from './serviceClient.ts';

const PAUSES = { firstMs: 200, maxMs: 5000 };
/** The longest wait that a service may ask for; a longer one is cut to it. */
const WAIT_SECONDS_MAX = 60;

export const newBackOff = (): BackOff => new BackOff(PAUSES);

/** Ends early where the signal aborts. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}

/** The first answer that trying again would not change. Throws ServiceAway or Refused, as it was last, where none came in time. */
export async function retrying(ask: () => Promise<ServiceAnswer>, retryMs: number): Promise<ServiceAnswer> {
  const untilMs = Date.now() + retryMs;
  const backOff = newBackOff();
  for (;;) {
    const answer = await ask().catch((error: unknown): ServiceAway => {
      if (error instanceof ServiceAway) return error;
      throw error;
    });
    if (!(answer instanceof ServiceAway) && !isLater(answer.status)) return answer;
    const waitMs = Math.max(backOff.next(), secondsOf(answer) * 1000);
    if (Date.now() + waitMs > untilMs) throw answer instanceof ServiceAway ? answer : new Refused(answer);
    await pause(waitMs);
  }
}

const secondsOf = (answer: ServiceAnswer | ServiceAway): number =>
  answer instanceof ServiceAway ? 0 : Math.min(WAIT_SECONDS_MAX, answer.retryAfterSeconds ?? 0);
