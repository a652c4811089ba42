/** Sends what happens, in batches and in order, until each is accepted or refused for good. A batch that is sent again has the same ids. */
import { setTimeout as pause } from 'node:timers/promises';
import { type ServiceAnswer, ServiceAway, type ServiceClient } from '../client/serviceClient.ts';
import { BackOff } from '../domain/backOff.ts';
import type { BatchResults } from '../wire/receipt.ts';
import type { Happening } from './business.ts';

export interface Outgoing {
  readonly flow: string;
  readonly happening: Happening;
}

export interface Sender {
  /** Rejects with the reason of `signal` if that ends it first. */
  send(events: readonly Outgoing[], options?: { readonly history?: boolean }): Promise<void>;
}

interface Heard {
  accepted(flow: string, event: string, happening: Happening): void;
  refused(flow: string, why: string): void;
}

const BATCH_MAX = 500;
const AGAIN = { firstMs: 100, maxMs: 2000 };

type Result = BatchResults['results'][number];

const isLater = (status: number): boolean => status === 408 || status === 429 || status >= 500;

/** `run` makes the ids of one demo unlike those of another. */
export function openSender(client: ServiceClient, run: string, { heard, signal }: { heard: Heard; signal: AbortSignal }): Sender {
  let sent = 0;

  const textOf = ({ happening: { type, data, atMs } }: Outgoing): string => {
    sent += 1;
    return JSON.stringify({ specversion: '1.0', id: `${run}-${sent}`, source: '/demo', type, time: new Date(atMs).toISOString(), data });
  };

  async function post(texts: readonly string[], history: boolean): Promise<readonly Result[]> {
    const backOff = new BackOff(AGAIN);
    for (;;) {
      signal.throwIfAborted();
      const answer = await client
        .call('/v1/events', {
          method: 'POST',
          contentType: 'application/cloudevents-batch+json',
          body: `[${texts.join(',')}]`,
          ...(history ? { headers: { 'signalbox-as-history': 'true' } } : {}),
        })
        .catch((error: unknown) => {
          if (error instanceof ServiceAway) return null;
          throw error;
        });
      const results = answer === null ? null : resultsOf(answer);
      if (results !== null && results.length === texts.length) return results;
      if (answer !== null && !isLater(answer.status))
        throw new Error(`The service answered ${answer.status}: ${JSON.stringify(answer.body).slice(0, 300)}`);
      await pause(Math.max(backOff.next(), (answer?.retryAfterSeconds ?? 0) * 1000), undefined, { signal });
    }
  }

  async function sendPart(events: readonly Outgoing[], texts: readonly string[], history: boolean): Promise<void> {
    const results = await post(texts, history);
    const later: number[] = [];
    for (const [at, result] of results.entries()) {
      const { flow, happening } = events[at] as Outgoing;
      if (!('problem' in result)) heard.accepted(flow, result.event, happening);
      else if (isLater(result.problem.status)) later.push(at);
      else heard.refused(flow, `${happening.type}: ${result.problem.code} ${result.problem.detail ?? ''}`);
    }
    if (later.length === 0) return;
    await pause(AGAIN.maxMs / 4, undefined, { signal });
    await sendPart(
      later.map((at) => events[at] as Outgoing),
      later.map((at) => texts[at] as string),
      history,
    );
  }

  return {
    async send(events, { history = false } = {}) {
      for (let from = 0; from < events.length; from += BATCH_MAX) {
        const part = events.slice(from, from + BATCH_MAX);
        await sendPart(part, part.map(textOf), history);
      }
    },
  };
}

function resultsOf({ status, body }: ServiceAnswer): readonly Result[] | null {
  const { results } = (body ?? {}) as Partial<BatchResults>;
  // none accepted: each says why
  return (status === 202 || status === 422) && Array.isArray(results) ? results : null;
}
