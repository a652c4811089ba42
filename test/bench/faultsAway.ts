/** Temporal frozen for a minute under full load: how much of the rate of accepting is left. */
import { doubtfulPayment, ordinaryPayment } from '../support/payments.ts';
import type { TestStack } from '../support/stack.ts';
import { type LoadResult, runLoad } from './load.ts';

const CONNECTIONS = 32;
const BEFORE_MS = 20_000;
const CARDS = 20_000;
/** Two thousand payments to one that waits for its case. */
const DOUBTFUL_EVERY = 2000;
const STEP_MS = 500;
const BEGAN_MS = Date.now() - 30 * 86_400_000;

export interface AwayRates {
  readonly before: number;
  readonly away: number;
}

export async function measureAway(stack: TestStack, secondsAway: number): Promise<AwayRates> {
  let made = 0;
  const body = (): string => {
    made += 1;
    const time = new Date(BEGAN_MS + made * STEP_MS).toISOString();
    const id = `away-${made}`;
    const payment = { id, terminal: `terminal-away-${made % 5000}`, time };
    if (made % DOUBTFUL_EVERY === 0) return JSON.stringify(doubtfulPayment({ ...payment, card: `away-doubtful-${made}` }));
    return JSON.stringify(ordinaryPayment({ ...payment, card: `away-${made % CARDS}` }));
  };
  const measure = async (durationMs: number): Promise<number> => {
    const port = Number(new URL(stack.url).port);
    const load = { port, path: '/v1/events', contentType: 'application/cloudevents+json', connections: CONNECTIONS, durationMs, body };
    const result: LoadResult = await runLoad(load);
    const bad = Object.keys(result.statuses).filter((status) => status !== '202');
    if (bad.length > 0) throw new Error(`answers other than 202: ${JSON.stringify(result.statuses)}`);
    return result.perSecond;
  };
  const pid = (await stack.run()).processes.temporal?.pid ?? 0;
  await measure(BEFORE_MS / 4);
  const before = await measure(BEFORE_MS);
  process.kill(pid, 'SIGSTOP');
  try {
    return { before, away: await measure(secondsAway * 1000) };
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}
