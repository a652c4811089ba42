/**
 * A client of Signalbox for Node and browsers: sends events so that nothing is lost and nothing counts twice, waits for decisions, follows the stream over
 * breaks, answers approvals. It needs `fetch` and Web Crypto, and nothing else.
 */
import { BackOff } from '../domain/backOff.ts';
import type { Approval } from '../wire/approval.ts';
import type { StoredEvent } from '../wire/event.ts';
import type { BatchResults, Receipt } from '../wire/receipt.ts';
import type { StreamKind } from '../wire/stream.ts';
import { parseExact, printExact } from './exactJson.ts';
import type { StreamFrame } from './serverSentEvents.ts';
import { Refused, type ServiceAnswer, ServiceAway, ServiceClient } from './serviceClient.ts';

export interface SignalboxOptions {
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** `sbx_...`; not needed where the service checks no keys. */
  readonly key?: string | undefined;
  /** How long a call is tried again while the service cannot take it; 30,000 unless told. */
  readonly retryMs?: number;
}

/** An event to send. Without an id it gets one before the first try, so that every try is the same event. */
export interface NewEvent {
  readonly type: string;
  /** Who says so: a URI reference. */
  readonly source: string;
  readonly id?: string;
  /** RFC 3339. */
  readonly time?: string;
  readonly data?: unknown;
  readonly [extension: string]: unknown;
}

export type SendResult = BatchResults['results'][number];

interface StreamOptions {
  readonly flow?: string;
  readonly kinds?: readonly StreamKind[];
  /** The `id` of the last frame that was read; `start`: from the first on; absent: from now on. */
  readonly after?: string;
  readonly signal?: AbortSignal;
}

const PAUSES = { firstMs: 200, maxMs: 5000 };
/** The service takes up to 5,000 events and 8 MiB in a batch. */
const BATCH = { eventsMax: 500, charsMax: 1 << 20 };
const WAIT_SECONDS_MAX = 60;
const STRUCTURED = 'application/cloudevents+json';
const BATCHED = 'application/cloudevents-batch+json';

const isLater = (status: number): boolean => status === 408 || status === 429 || status >= 500;

function pause(ms: number, signal?: AbortSignal): Promise<void> {
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

/** As CloudEvents' JSON format has it. */
function eventText({ id, data, ...attributes }: NewEvent): string {
  const value = data === undefined ? {} : { datacontenttype: 'application/json', data };
  return printExact({ specversion: '1.0', id: id ?? crypto.randomUUID(), ...attributes, ...value });
}

export class Signalbox {
  readonly #service: ServiceClient;
  readonly #retryMs: number;

  constructor({ url, key, retryMs = 30_000 }: SignalboxOptions) {
    this.#service = new ServiceClient(url, key);
    this.#retryMs = retryMs;
  }

  /** Sends one event and gives its receipt, once it is stored. `waitSeconds`: up to so long for the final decision. Throws Refused or ServiceAway. */
  async send(event: NewEvent, { waitSeconds }: { waitSeconds?: number } = {}): Promise<Receipt> {
    return (await this.sendText(eventText(event), waitSeconds === undefined ? {} : { waitSeconds })) as Receipt;
  }

  /** Sends many, in order, and gives what became of each. Bad ones do not keep good ones from being stored. Throws ServiceAway. */
  async sendAll(events: Iterable<NewEvent>): Promise<SendResult[]> {
    const results: SendResult[] = [];
    for (const batch of batchesOf(events)) {
      try {
        results.push(...((await this.sendText(`[${batch.join(',')}]`, { batch: true })) as BatchResults).results);
      } catch (error) {
        // none was accepted: the refusal says why for each
        const { results: each } = (error instanceof Refused ? (error.problem ?? {}) : {}) as { results?: SendResult[] };
        if (each === undefined) throw error;
        results.push(...each);
      }
    }
    return results;
  }

  /** Structured JSON, or with `batch` an array of it. What is tried again is the same text: if it was stored after all, it is a repeat. */
  sendText(text: string, { batch = false, waitSeconds }: { batch?: boolean; waitSeconds?: number } = {}): Promise<Receipt | BatchResults> {
    const headers = waitSeconds === undefined ? {} : { prefer: `wait=${waitSeconds}` };
    return this.#ask('/v1/events', { method: 'POST', contentType: batch ? BATCHED : STRUCTURED, body: text, headers });
  }

  /** Any route of the API. */
  get<T>(path: string): Promise<T> {
    return this.#ask(path, {});
  }

  /** The event as it stands when it has its end, or after so long. */
  async waitForEnd(event: string, { timeoutMs = 60_000 }: { timeoutMs?: number } = {}): Promise<StoredEvent> {
    const untilMs = Date.now() + timeoutMs;
    const backOff = new BackOff({ firstMs: 100, maxMs: 2000 });
    for (;;) {
      const stored = await this.get<StoredEvent>(`/v1/events/${encodeURIComponent(event)}`);
      const leftMs = untilMs - Date.now();
      if (stored.status !== 'signalled' || leftMs <= 0) return stored;
      await pause(Math.min(leftMs, backOff.next()));
    }
  }

  /**
   * Decisions, approvals and what else is asked for, as they come, for as long as the signal allows. A stream that breaks is opened again behind the last frame, so
   * nothing is missed. Throws Refused for what trying again does not mend.
   */
  async *stream({ flow, kinds, after, signal }: StreamOptions = {}): AsyncGenerator<{ kind: string; id: string; data: unknown }> {
    const query = new URLSearchParams({
      ...(flow === undefined ? {} : { flow }),
      ...(kinds === undefined ? {} : { kinds: kinds.join(',') }),
    });
    const path = `/v1/stream${query.size === 0 ? '' : `?${query}`}`;
    const backOff = new BackOff(PAUSES);
    let lastId = after;
    while (signal?.aborted !== true) {
      try {
        for await (const frame of this.#frames(path, lastId, signal)) {
          backOff.reset();
          if (frame.id !== '') lastId = frame.id;
          if (frame.data !== '') yield { kind: frame.event, id: frame.id, data: parseExact(frame.data) };
        }
      } catch (error) {
        if (!(error instanceof ServiceAway) && !(error instanceof Refused && isLater(error.status))) throw error;
      }
      await pause(backOff.next(), signal);
    }
  }

  #frames(path: string, lastId: string | undefined, signal: AbortSignal | undefined): AsyncGenerator<StreamFrame> {
    return this.#service.stream(path, { lastId, ...(signal === undefined ? {} : { signal }) });
  }

  approve(approval: string, reason: string, changes?: Readonly<Record<string, unknown>>): Promise<Approval> {
    return this.#verdict(approval, { verdict: 'approve', reason, ...(changes === undefined ? {} : { changes }) });
  }

  reject(approval: string, reason: string): Promise<Approval> {
    return this.#verdict(approval, { verdict: 'reject', reason });
  }

  /** The same verdict again changes nothing, so it is tried again as sending is. */
  #verdict(approval: string, verdict: object): Promise<Approval> {
    const path = `/v1/approvals/${encodeURIComponent(approval)}/verdict`;
    return this.#ask(path, { method: 'POST', contentType: 'application/json', body: JSON.stringify(verdict) });
  }

  async #ask<T>(path: string, call: Parameters<ServiceClient['call']>[1]): Promise<T> {
    const untilMs = Date.now() + this.#retryMs;
    const backOff = new BackOff(PAUSES);
    for (;;) {
      const answer = await this.#service.call(path, call).catch((error: unknown): ServiceAway => {
        if (error instanceof ServiceAway) return error;
        throw error;
      });
      if (!(answer instanceof ServiceAway) && answer.status >= 200 && answer.status <= 299) return answer.body as T;
      const waitMs = Math.max(backOff.next(), secondsOf(answer) * 1000);
      const again = answer instanceof ServiceAway || isLater(answer.status);
      if (!again || Date.now() + waitMs > untilMs) throw answer instanceof ServiceAway ? answer : new Refused(answer);
      await pause(waitMs);
    }
  }
}

const secondsOf = (answer: ServiceAnswer | ServiceAway): number =>
  answer instanceof ServiceAway ? 0 : Math.min(WAIT_SECONDS_MAX, answer.retryAfterSeconds ?? 0);

function* batchesOf(events: Iterable<NewEvent>): Generator<string[]> {
  let batch: string[] = [];
  let chars = 0;
  for (const event of events) {
    const text = eventText(event);
    if (batch.length > 0 && (batch.length >= BATCH.eventsMax || chars + text.length > BATCH.charsMax)) {
      yield batch;
      [batch, chars] = [[], 0];
    }
    batch.push(text);
    chars += text.length;
  }
  if (batch.length > 0) yield batch;
}
