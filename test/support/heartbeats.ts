/** Machines that say each second that they are there, until some of them fall silent. */
import { setTimeout as pause } from 'node:timers/promises';
import { BATCH } from './http.ts';

export interface HeartbeatPlan {
  /** Taken in turns. */
  readonly urls: readonly string[];
  readonly machines: readonly string[];
  /** From when on the last `silent` of them say nothing more. */
  readonly silent: number;
  readonly silentAfterMs: number;
  readonly everyMs: number;
  readonly durationMs: number;
  readonly data: (machineId: string) => object;
}

export interface Heartbeats {
  readonly sent: number;
  /** Tries without an answer, or with 503. */
  readonly unanswered: number;
  /** Answers that must not be. */
  readonly findings: readonly string[];
}

/** Sent as one batch: the machines of a site behind a gateway. */
const SITE = 100;
const AGAIN_MS = 200;
const ANSWER_MS = 15_000;

export async function sendHeartbeats(plan: HeartbeatPlan): Promise<Heartbeats> {
  const { urls, machines, silent, silentAfterMs, everyMs, durationMs, data } = plan;
  const startedMs = performance.now();
  const quiet = new Set(machines.slice(machines.length - silent));
  const findings: string[] = [];
  let [sent, unanswered] = [0, 0];

  /** Until it is answered, whatever is down: a gateway keeps what it could not deliver. */
  async function post(events: readonly object[], nth: number): Promise<void> {
    for (let tried = nth; ; tried += 1) {
      try {
        const response = await fetch(`${urls[tried % urls.length]}/v1/events`, {
          method: 'POST',
          headers: { 'content-type': BATCH },
          body: JSON.stringify(events),
          signal: AbortSignal.timeout(ANSWER_MS),
        });
        const { results = [] } = (await response.json()) as { results?: { status: string }[] };
        const refused = results.filter(({ status }) => status !== 'recorded');
        if (response.ok && refused.length === 0) return;
        if (response.status < 500 && !response.ok) findings.push(`refused with ${response.status}`);
        if (response.ok) findings.push(`a heartbeat was ${JSON.stringify(refused[0]).slice(0, 300)}`);
        if (response.status < 500) return;
      } catch {
        // a connection that broke: whether it was accepted is what the next try finds out
      }
      unanswered += 1;
      await pause(AGAIN_MS);
    }
  }

  async function drive(site: readonly string[], nth: number): Promise<void> {
    // sites do not beat in step
    await pause((everyMs * nth * SITE) / machines.length);
    for (let round = 0; performance.now() - startedMs < durationMs; round += 1) {
      const over = performance.now() - startedMs >= silentAfterMs;
      const beating = site.filter((machine) => !over || !quiet.has(machine));
      const events = beating.map((machineId) => ({
        ...{ specversion: '1.0', id: `${machineId} ${round}`, source: '/plant', type: 'machine.heartbeat', data: data(machineId) },
      }));
      if (events.length > 0) await post(events, nth + round);
      sent += events.length;
      const nextMs = startedMs + (everyMs * nth * SITE) / machines.length + (round + 1) * everyMs;
      await pause(Math.max(0, nextMs - performance.now()));
    }
  }

  const sites = Array.from({ length: Math.ceil(machines.length / SITE) }, (_, nth) => machines.slice(nth * SITE, (nth + 1) * SITE));
  await Promise.all(sites.map(drive));
  return { sent, unanswered, findings };
}
