/** The HTTP API as the commands use it. */
import { CannotRun } from '../domain/errors.ts';
import { firstFaults } from '../domain/firstFaults.ts';
import { showHidden } from '../domain/hiddenCharacters.ts';
import { retryAfterMs } from '../domain/retryAfter.ts';
import { parseExact } from './exactJson.ts';
import { readFrames, type StreamFrame } from './serverSentEvents.ts';

/** Longer than any `Prefer: wait`. */
const ANSWER_TIMEOUT_MS = 75_000;

export interface ServiceAnswer {
  readonly status: number;
  /** From `Retry-After`, in seconds; null where there is none. */
  readonly retryAfterSeconds: number | null;
  readonly body: unknown;
}

/** Whether the same request may succeed later. */
export const isLater = (status: number): boolean => status === 408 || status === 429 || status >= 500;

/** The service could not be reached or did not answer. */
export class ServiceAway extends CannotRun {}

/** The service said no: `problem` is its problem+json. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: number;
  readonly problem: unknown;
  /** The message, with a line for each of the first fields that are wrong, where several are. */
  readonly told: string;

  constructor({ status, body }: ServiceAnswer) {
    super(problemLine(status, body));
    this.status = status;
    this.problem = body;
    this.told = problemTold(status, body, this.message);
  }

  /** Whether the same request may succeed later. */
  get mayPass(): boolean {
    return isLater(this.status);
  }
}

interface Described {
  readonly title?: string;
  readonly code?: string;
  readonly detail?: string;
  readonly errors?: readonly { pointer: string; detail: string }[];
}

function problemLine(status: number, body: unknown): string {
  const { title, code, detail, errors } = (typeof body === 'object' && body !== null ? body : {}) as Described;
  // a detail may have told of the fields already
  const fields = (errors ?? [])
    .filter((error) => detail?.includes(error.detail) !== true)
    .map((error) => `${error.pointer} ${error.detail}`);
  const said = [...new Set([title, detail, ...fields].filter((part): part is string => part !== undefined))];
  return `${status}${code === undefined ? '' : ` ${code}`}: ${said.join('; ') || 'the service gave no reason'}`;
}

/** Line ends are ours alone here: what a service says keeps its own escaped. */
function problemTold(status: number, body: unknown, message: string): string {
  const { title, code, detail, errors } = (typeof body === 'object' && body !== null ? body : {}) as Described;
  if (errors === undefined || errors.length < 2) return showHidden(message);
  // a detail may tell of the fields itself
  const more = detail === undefined || errors.some((error) => detail.includes(error.detail)) ? '' : `; ${detail}`;
  return firstFaults(
    showHidden(`${status}${code === undefined ? '' : ` ${code}`}: ${title ?? 'refused'}${more}`),
    errors.map((error) => showHidden(`${error.pointer} ${error.detail}`)),
  );
}

export interface Call {
  readonly method?: 'GET' | 'POST';
  readonly contentType?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export class ServiceClient {
  readonly url: string;
  readonly #key: string | undefined;

  constructor(url: string, key: string | undefined) {
    this.url = url.replace(/\/+$/, '');
    this.#key = key;
  }

  /** Any answer, refusals too. Throws ServiceAway where there is none. */
  async call(path: string, { method = 'GET', contentType, body, headers = {} }: Call = {}): Promise<ServiceAnswer> {
    const response = await this.#fetch(path, {
      method,
      ...(body === undefined ? {} : { body }),
      headers: { ...this.#ownHeaders(), ...(contentType === undefined ? {} : { 'content-type': contentType }), ...headers },
    });
    const text = await this.#read(response);
    const { headers: answered } = response;
    const pauseMs = retryAfterMs(answered.get('retry-after'), { date: answered.get('date'), nowMs: Date.now() });
    return { status: response.status, retryAfterSeconds: pauseMs === null ? null : pauseMs / 1000, body: parsed(text) };
  }

  /** The body of a 2xx; throws Refused for all else. */
  async ask<T>(path: string, call: Call = {}): Promise<T> {
    const answer = await this.call(path, call);
    if (answer.status < 200 || answer.status > 299) throw new Refused(answer);
    return answer.body as T;
  }

  /**
   * Frames from behind `lastId` on, until the service ends the stream or the signal aborts. Throws Refused for any answer but 200, ServiceAway where
   * there is none or it breaks off.
   */
  async *stream(path: string, { lastId, signal }: { lastId?: string | undefined; signal?: AbortSignal }): AsyncGenerator<StreamFrame> {
    const headers = { ...this.#ownHeaders(), accept: 'text/event-stream', ...(lastId === undefined ? {} : { 'last-event-id': lastId }) };
    const response = await this.#fetch(path, { headers, signal: signal ?? null });
    if (response.status !== 200 || response.body === null)
      throw new Refused({ status: response.status, retryAfterSeconds: null, body: parsed(await this.#read(response)) });
    const reader = response.body.getReader();
    // the signal of a request is not heard any more once Node's collector took what fetch hung on it (seen in Node 20)
    const leave = (): void => void reader.cancel().catch(() => undefined);
    signal?.addEventListener('abort', leave, { once: true });
    try {
      yield* readFrames(reader);
    } catch (error) {
      if (signal?.aborted !== true) throw this.#away(error);
    } finally {
      signal?.removeEventListener('abort', leave);
      leave();
    }
  }

  #ownHeaders(): Record<string, string> {
    return this.#key === undefined ? {} : { authorization: `Bearer ${this.#key}` };
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(`${this.url}${path}`, {
        ...init,
        redirect: 'error',
        signal: init.signal === undefined ? AbortSignal.timeout(ANSWER_TIMEOUT_MS) : init.signal,
      });
    } catch (error) {
      throw this.#away(error);
    }
  }

  async #read(response: Response): Promise<string> {
    try {
      return await response.text();
    } catch (error) {
      throw this.#away(error);
    }
  }

  #away(error: unknown): ServiceAway {
    const { cause, message } = error as Error;
    const { code } = (cause ?? {}) as { code?: string };
    return new ServiceAway(`Cannot reach Signalbox at ${this.url}: ${code ?? (cause as Error | undefined)?.message ?? message}`, {
      cause: error,
    });
  }
}

function parsed(text: string): unknown {
  if (text === '') return null;
  try {
    return parseExact(text);
  } catch {
    // a proxy's page, say: shown as it is
    return { detail: text.slice(0, 200) };
  }
}
