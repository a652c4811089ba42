/** Steady payments while things break: clients that send one after the other, and try each until it is answered with a 2xx. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Receipt } from '../../src/wire/receipt.ts';
import { doubtfulPayment, ordinaryPayment } from '../support/payments.ts';

export interface Accepted {
  readonly sent: object;
  readonly receipt: Receipt;
  readonly card: string;
}

export interface SteadyLoad {
  /** In each card's order of sending. */
  readonly accepted: Accepted[];
  /** What must not be: refusals, repeats that got another receipt. */
  readonly findings: string[];
  /** Tries that got no answer, or a 503. */
  readonly unanswered: () => number;
  /** The longest time without any 2xx. */
  readonly longestGapMs: () => number;
  stop(): Promise<void>;
}

const CLIENTS = 24;
/** Of one client between two payments: about 200 a second of all. */
const PACE_MS = 100;
const RETRY_MS = 100;
const ANSWER_MS = 15_000;
const ORDINARY_CARDS = 300;
const TERMINALS = 200;
/** A card with five known payments may be declined by the model alone. */
const PAYMENTS_PER_DOUBTFUL_CARD = 4;
/** 300 cards: one pays every 75 minutes, fewer than the ten an hour that ask a person. */
const STEP_MS = 15_000;
const BEGAN_MS = Date.now() - 60 * 86_400_000;

export interface LoadMix {
  readonly url: string;
  /** Unique to this run. */
  readonly prefix: string;
  readonly doubtfulShare: number;
  readonly repeatShare: number;
}

export function startSteadyLoad({ url, prefix, doubtfulShare, repeatShare }: LoadMix): SteadyLoad {
  const accepted: Accepted[] = [];
  const findings: string[] = [];
  const doubtful = Array<number>(CLIENTS).fill(0);
  let [made, unanswered, stopped] = [0, 0, false];
  let [answeredMs, longestGapMs] = [performance.now(), 0];

  function make(client: number): { event: object; card: string } {
    made += 1;
    const time = new Date(BEGAN_MS + made * STEP_MS).toISOString();
    const id = `${prefix}-${made}`;
    const terminal = `terminal-${made % TERMINALS}`;
    if (Math.random() < doubtfulShare) {
      const before = doubtful[client] ?? 0;
      doubtful[client] = before + 1;
      const card = `${prefix}-doubtful-${client}-${Math.floor(before / PAYMENTS_PER_DOUBTFUL_CARD)}`;
      return { card, event: doubtfulPayment({ id, card, terminal, time }) };
    }
    // each card belongs to one client, whose order is the card's
    const card = `${prefix}-card-${client + CLIENTS * (made % Math.floor(ORDINARY_CARDS / CLIENTS))}`;
    return { card, event: ordinaryPayment({ id, card, terminal, time }) };
  }

  async function post(event: object): Promise<Receipt | null> {
    try {
      const response = await fetch(`${url}/v1/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/cloudevents+json' },
        body: JSON.stringify(event),
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      const body = (await response.json()) as Receipt;
      if (response.ok) return body;
      if (response.status < 500) findings.push(`refused with ${response.status}: ${JSON.stringify(body)}`);
    } catch {
      // a connection that broke: whether it was accepted is what the next try finds out
    }
    unanswered += 1;
    return null;
  }

  /** Until it is answered, whatever is down; only a refusal ends it without a receipt. */
  async function untilAccepted(event: object): Promise<Receipt | null> {
    for (;;) {
      const refusals = findings.length;
      const receipt = await post(event);
      if (receipt !== null || findings.length > refusals) return receipt;
      await pause(RETRY_MS);
    }
  }

  async function repeat({ sent, receipt }: Accepted): Promise<void> {
    const again = await untilAccepted(sent);
    if (again?.event !== receipt.event || again.duplicate !== true)
      findings.push(`a repeat of ${receipt.event} got ${JSON.stringify(again).slice(0, 200)}`);
  }

  async function drive(client: number): Promise<void> {
    while (!stopped) {
      const { event, card } = make(client);
      const receipt = await untilAccepted(event);
      if (receipt === null) continue;
      accepted.push({ sent: event, receipt, card });
      longestGapMs = Math.max(longestGapMs, performance.now() - answeredMs);
      answeredMs = performance.now();
      const old = accepted[Math.floor(Math.random() * accepted.length)];
      if (old !== undefined && Math.random() < repeatShare) await repeat(old);
      await pause(PACE_MS);
    }
  }

  const driven = Promise.all(Array.from({ length: CLIENTS }, (_, client) => drive(client)));
  return {
    accepted,
    findings,
    unanswered: () => unanswered,
    longestGapMs: () => longestGapMs,
    async stop() {
      stopped = true;
      await driven;
    },
  };
}
