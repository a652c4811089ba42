/**
 * Decides events by posting them to a running service as history, one batch at a time, and reading its receipts. Only into a flow without
 * events: what was there before would have a part in what is decided. The policy of a data set holds while its events are posted; the one
 * that was active before is switched on again after them.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { Refused, type ServiceAnswer, type ServiceClient } from '../client/serviceClient.ts';
import { CannotRun } from '../domain/errors.ts';
import type { JsonObject } from '../domain/event.ts';
import type { DataEvent, Decided, Decider, Questions } from './dataSet.ts';

const BATCH_EVENTS = 500;
const TRIES_MAX = 60;
const PAUSE_MS = 1000;

interface Receipt {
  readonly status: string;
  readonly decision: { outcome: string; score: number | null; result: JsonObject } | null;
  readonly problem?: { status: number };
}

interface Served {
  readonly flow: string;
  readonly service: ServiceClient;
  /** Of the events, this evaluation's own. */
  readonly source: string;
}

const isLater = (status: number): boolean => status === 429 || status >= 500;

/** Throws CannotRun where the flow has events, Refused where its service does not know it. */
export async function assertEmpty({ service, flow }: Pick<Served, 'service' | 'flow'>): Promise<void> {
  const { items } = await service.ask<{ items: unknown[] }>(`/v1/events?flow=${encodeURIComponent(flow)}&limit=1`);
  if (items.length > 0)
    throw new CannotRun(`Cannot evaluate at ${service.url} as ${flow} has events there: they would have a part in what is decided`);
}

export class AskService implements Decider {
  readonly #served: Served;

  constructor(served: Served) {
    this.#served = served;
  }

  async *decide<Sent extends DataEvent>({ policy, events }: Questions<Sent>): AsyncGenerator<Decided<Sent>> {
    const before = policy === undefined ? null : await this.#switchPolicy(policy);
    try {
      let batch: Sent[] = [];
      for await (const event of events) {
        batch.push(event);
        if (batch.length < BATCH_EVENTS) continue;
        yield* await this.#post(batch);
        batch = [];
      }
      if (batch.length > 0) yield* await this.#post(batch);
    } finally {
      if (before !== null) await this.#activate(before, 'As before the evaluation');
    }
  }

  notes(): string[] {
    return [`decided by ${this.#served.service.url}, as history of ${this.#served.source}`];
  }

  async #switchPolicy(change: NonNullable<Questions<DataEvent>['policy']>): Promise<string> {
    const { service, flow } = this.#served;
    const { text } = await service.ask<{ text: string }>(`/v1/flows/${encodeURIComponent(flow)}/policies/active`);
    await this.#activate(stringify(change(parse(text) as JsonObject)), 'For an evaluation');
    return text;
  }

  async #activate(text: string, note: string): Promise<void> {
    const { service, flow } = this.#served;
    const call = { method: 'POST', contentType: 'application/json', body: JSON.stringify({ text, note }) } as const;
    await service.ask(`/v1/flows/${encodeURIComponent(flow)}/policies`, call);
  }

  async #post<Sent extends DataEvent>(batch: readonly Sent[]): Promise<Decided<Sent>[]> {
    const { source } = this.#served;
    const body = JSON.stringify(
      batch.map(({ id, type, timeMs, data }) => ({ specversion: '1.0', source, id, type, time: new Date(timeMs).toISOString(), data })),
    );
    const receipts = await this.#receipts(body, batch.length);
    return batch.map((sent, at) => {
      const { decision } = receipts[at] as Receipt;
      return { sent, outcome: decision?.outcome ?? null, score: decision?.score ?? null, result: decision?.result ?? {} };
    });
  }

  /** A batch that was not taken as a whole is posted as a whole again: what it repeats is answered as before. */
  async #receipts(body: string, count: number): Promise<readonly Receipt[]> {
    const { service } = this.#served;
    const headers = { 'signalbox-as-history': 'true' };
    for (let tries = 1; ; tries += 1) {
      const answer = await service.call('/v1/events', { method: 'POST', contentType: 'application/cloudevents-batch+json', body, headers });
      const receipts = receiptsOf(answer, count);
      if (receipts !== null) return receipts;
      if (tries >= TRIES_MAX)
        throw new CannotRun(`Cannot evaluate as ${service.url} did not take events ${tries} times: ${new Refused(answer).message}`);
      await pause(Math.max(PAUSE_MS, 1000 * (answer.retryAfterSeconds ?? 0)));
    }
  }
}

/** Null where some of them are to be posted again. Throws Refused where one never will be taken. */
function receiptsOf(answer: ServiceAnswer, count: number): readonly Receipt[] | null {
  if (isLater(answer.status)) return null;
  const { results } = (answer.body ?? {}) as { results?: Receipt[] };
  if (answer.status > 299 || results?.length !== count) throw new Refused(answer);
  const refused = results.find(({ status, problem }) => status === 'rejected' && !isLater(problem?.status ?? 422));
  if (refused !== undefined) throw new Refused({ status: 422, retryAfterSeconds: null, body: refused.problem });
  return results.some(({ status }) => status === 'rejected') ? null : results;
}
