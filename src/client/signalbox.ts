/**
 * A client of Signalbox for Node and browsers: sends events so that nothing is lost and nothing counts twice, waits for decisions, follows the stream over
 * breaks, answers approvals. It needs `fetch` and Web Crypto, and nothing else.
 */
import { BackOff } from '../domain/backOff.ts';
import type { Approval, FurtherQuestion } from '../wire/approval.ts';
import type { DecisionDetail, DecisionItem } from '../wire/decision.ts';
import type { StoredEvent } from '../wire/event.ts';
import type { Page } from '../wire/list.ts';
import type { BatchResults, Receipt } from '../wire/receipt.ts';
import type { StreamKind } from '../wire/stream.ts';
import { parseExact } from './exactJson.ts';
import { batchesOf, eventText, type NewEvent } from './newEvent.ts';
import { type Filters, queryOf } from './queryOf.ts';
import { newBackOff, pause, retrying } from './retrying.ts';
import { type SendResult, sendBatch } from './sendBatch.ts';
import type { StreamFrame } from './serverSentEvents.ts';
import { type Call, Refused, ServiceAway, ServiceClient } from './serviceClient.ts';

export interface SignalboxOptions {
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** `sbx_...`; not needed where the service checks no keys. */
  readonly key?: string | undefined;
  /** How long a call is tried again while the service cannot take it; 30,000 unless told. */
  readonly retryMs?: number;
}

interface StreamOptions {
  readonly flow?: string;
  readonly kinds?: readonly StreamKind[];
  /** The `id` of the last frame that was read; `start`: from the first on; absent: from now on. */
  readonly after?: string;
  readonly signal?: AbortSignal;
  /** Hears that the stream ended (null) or broke, and whether any frame has come so far, before it is opened again. What it throws ends the stream. */
  readonly broke?: (error: Error | null, begun: boolean) => void;
}

interface Verdict {
  readonly verdict: 'approve' | 'reject';
  readonly reason: string;
  readonly changes?: unknown;
  /** For the record; else it came by HTTP. */
  readonly via?: 'cli';
}

const STRUCTURED = 'application/cloudevents+json';
const BATCHED = 'application/cloudevents-batch+json';

const one = (list: string, id: string, more = ''): string => `/v1/${list}/${encodeURIComponent(id)}${more}`;

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

  /** Sends many, in order, and gives what became of each. Bad ones do not keep good ones from being stored. Throws ServiceAway or Refused. */
  async sendAll(events: Iterable<NewEvent>): Promise<SendResult[]> {
    const results: SendResult[] = [];
    for (const batch of batchesOf(events)) results.push(...(await this.sendBatch(batch)));
    return results;
  }

  /** As `sendAll`, of structured JSON that is there as text, in one request while all goes well. `history`: what is long past is not acted on. */
  sendBatch(texts: readonly string[], { history = false }: { history?: boolean } = {}): Promise<SendResult[]> {
    const headers: Record<string, string> = history ? { 'signalbox-as-history': 'true' } : {};
    const post = (body: string) => this.#service.call('/v1/events', { method: 'POST', contentType: BATCHED, body, headers });
    return sendBatch({ post, retryMs: this.#retryMs }, texts);
  }

  /** Structured JSON, or with `batch` an array of it. What is tried again is the same text: if it was stored after all, it is a repeat. */
  sendText(text: string, { batch = false, waitSeconds }: { batch?: boolean; waitSeconds?: number } = {}): Promise<Receipt | BatchResults> {
    const headers = waitSeconds === undefined ? {} : { prefer: `wait=${waitSeconds}` };
    return this.#ask('/v1/events', { method: 'POST', contentType: batch ? BATCHED : STRUCTURED, body: text, headers });
  }

  events(filters: Filters = {}): Promise<Page<StoredEvent>> {
    return this.get(`/v1/events${queryOf(filters)}`);
  }

  event(id: string): Promise<StoredEvent> {
    return this.get(one('events', id));
  }

  decisions(filters: Filters = {}): Promise<Page<DecisionItem>> {
    return this.get(`/v1/decisions${queryOf(filters)}`);
  }

  decision(id: string): Promise<DecisionDetail> {
    return this.get(one('decisions', id));
  }

  approvals(filters: Filters = {}): Promise<Page<Approval>> {
    return this.get(`/v1/approvals${queryOf(filters)}`);
  }

  approval(id: string): Promise<Approval> {
    return this.get(one('approvals', id));
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
      const stored = await this.event(event);
      const leftMs = untilMs - Date.now();
      if (stored.status !== 'signalled' || leftMs <= 0) return stored;
      await pause(Math.min(leftMs, backOff.next()));
    }
  }

  /**
   * Decisions, approvals and what else is asked for, as they come, for as long as the signal allows. A stream that breaks is opened again behind the last frame, so
   * nothing is missed. Throws Refused for what trying again does not mend.
   */
  async *stream({ flow, kinds, after, signal, broke }: StreamOptions = {}): AsyncGenerator<{ kind: string; id: string; data: unknown }> {
    const path = `/v1/stream${queryOf({ flow, kinds: kinds?.join(',') })}`;
    const backOff = newBackOff();
    let lastId = after;
    let begun = false;
    const left = (): boolean => signal?.aborted === true;
    while (!left()) {
      let trouble: Error | null = null;
      try {
        for await (const frame of this.#frames(path, lastId, signal)) {
          backOff.reset();
          begun = true;
          if (frame.id !== '') lastId = frame.id;
          if (frame.data !== '') yield { kind: frame.event, id: frame.id, data: parseExact(frame.data) };
        }
      } catch (error) {
        if (!(error instanceof ServiceAway) && !(error instanceof Refused && error.mayPass)) throw error;
        trouble = error;
      }
      if (left()) return;
      broke?.(trouble, begun);
      await pause(backOff.next(), signal);
    }
  }

  #frames(path: string, lastId: string | undefined, signal: AbortSignal | undefined): AsyncGenerator<StreamFrame> {
    return this.#service.stream(path, { lastId, ...(signal === undefined ? {} : { signal }) });
  }

  approve(approval: string, reason: string, changes?: Readonly<Record<string, unknown>>): Promise<Approval> {
    return this.verdict(approval, { verdict: 'approve', reason, ...(changes === undefined ? {} : { changes }) });
  }

  reject(approval: string, reason: string): Promise<Approval> {
    return this.verdict(approval, { verdict: 'reject', reason });
  }

  /** The same verdict again changes nothing, so it is tried again as sending is. */
  verdict(approval: string, { via, ...verdict }: Verdict): Promise<Approval> {
    const headers: Record<string, string> = via === undefined ? {} : { 'signalbox-via': via };
    return this.#ask(one('approvals', approval, '/verdict'), { ...json(verdict), headers });
  }

  /** For 15 minutes nobody else's verdict is taken. Again: the time begins anew. */
  claim(approval: string): Promise<Approval> {
    return this.#ask(one('approvals', approval, '/claim'), json({}));
  }

  release(approval: string): Promise<Approval> {
    return this.#ask(one('approvals', approval, '/release'), json({}));
  }

  /** Not tried again: a second asking is a second question. */
  ask(approval: string, question: string): Promise<Approval> {
    return this.#service.ask(one('approvals', approval, '/questions'), json({ question }));
  }

  /** `n`: the number of the question, from 1. The first answer stays. */
  answer(approval: string, n: number, answer: string): Promise<FurtherQuestion> {
    return this.#ask(one('approvals', approval, `/questions/${n}/answer`), json({ answer }));
  }

  async #ask<T>(path: string, call: Call): Promise<T> {
    const answer = await retrying(() => this.#service.call(path, call), this.#retryMs);
    if (answer.status < 200 || answer.status > 299) throw new Refused(answer);
    return answer.body as T;
  }
}

const json = (body: object): Call => ({ method: 'POST', contentType: 'application/json', body: JSON.stringify(body) });
