/**
 * Reads the streams that are running, as long as it is open. Any number of processes may: a lock lets one at a time read a stream, so order is kept,
 * and another goes on within seconds when that one ends. What fails is opened again, later and later, and the reason stands in its row.
 */
import type { Logger } from 'pino';
import { BackOff } from '../../domain/backOff.ts';
import type { Pool } from '../../log/db/database.ts';
import { ofStream, type Seals } from '../../log/door/seals.ts';
import { StreamLocks } from '../../log/door/streamLocks.ts';
import { type KeptStream, listStreams, moveStream, tellPublished, tellStream } from '../../log/door/streams.ts';
import { type Repeated, repeat } from '../../log/repeat.ts';
import type { StreamSettings } from '../../wire/broker.ts';
import type { Accept } from '../accept/accept.ts';
import { readStoredMapping } from '../mapping/storedMapping.ts';
import { joined } from './address.ts';
import { openKafka } from './kafkaSource.ts';
import { openMqtt } from './mqttSource.ts';
import { openNats } from './natsSource.ts';
import { publishNext } from './publishDecisions.ts';
import type { OpenSource, StreamSource } from './source.ts';
import { takeMessages } from './takeMessages.ts';

interface StreamsDeps {
  readonly pool: Pool;
  readonly url: string;
  readonly tenant: string;
  readonly seals: Seals;
  readonly accepting: Pick<Accept, 'accept'>;
  readonly logger: Logger;
}

const OPEN: Readonly<Record<KeptStream['kind'], OpenSource>> = { kafka: openKafka, nats: openNats, mqtt: openMqtt };
/** How late a pause, a new stream or one that another process left is seen. */
const LOOK_MS = 1000;
const LAG_MS = 2000;
const AGAIN = { firstMs: 500, maxMs: 15_000 };
const FAILURE_CHARS_MAX = 500;
const NO_MAPPING = 'rules: []\n';

export function openStreams(deps: StreamsDeps): Repeated {
  const { pool, url, tenant, logger } = deps;
  const reading = new Map<string, Reading>();
  const endAll = (): void => {
    for (const one of reading.values()) one.stop();
  };
  const locks = new StreamLocks(url, endAll);
  const looking = repeat({
    logger,
    about: {},
    failing: 'the streams cannot be looked at',
    turn: async () => {
      const streams = await listStreams(pool, tenant);
      const running = new Map(streams.filter(({ state }) => state === 'running').map((stream) => [stream.name, stream]));
      for (const [name, one] of reading) {
        if (running.has(name) && !one.stopped) continue;
        await one.close();
        reading.delete(name);
        await locks.give(one.stream.number);
      }
      for (const [name, stream] of running) {
        if (reading.has(name) || !(await locks.take(stream.number))) continue;
        // as it stands now that nobody else reads it
        const now = (await listStreams(pool, tenant)).find((one) => one.name === name);
        if (now !== undefined) reading.set(name, new Reading(deps, now));
      }
      return LOOK_MS;
    },
  });
  return {
    async close() {
      await looking.close();
      await Promise.all([...reading.values()].map((one) => one.close()));
      await locks.close();
    },
  };
}

/** One stream, read here. */
class Reading {
  readonly stream: KeptStream;
  readonly #deps: StreamsDeps;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #resumeAt: string | null;
  #published: string;

  constructor(deps: StreamsDeps, stream: KeptStream) {
    this.#deps = deps;
    this.stream = stream;
    this.#resumeAt = stream.position;
    this.#published = stream.published;
    this.#running = this.#run();
  }

  get stopped(): boolean {
    return this.#stop.signal.aborted;
  }

  stop(): void {
    this.#stop.abort();
  }

  async close(): Promise<void> {
    this.stop();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { logger } = this.#deps;
    const backOff = new BackOff(AGAIN);
    while (!this.stopped) {
      try {
        await this.#readOn(() => backOff.reset());
      } catch (error) {
        const failure = failureOf(error);
        logger.warn({ stream: this.stream.name, err: { message: failure } }, 'a stream cannot be read: it is opened again');
        await this.#tell({ failure });
      }
      if (!this.stopped) await this.#pause(backOff.next());
    }
  }

  async #readOn(well: () => void): Promise<void> {
    const { pool, tenant, seals } = this.#deps;
    const { name, kind, mapping, credentials: sealed } = this.stream;
    const { url: place, from, group = `signalbox-${name}`, publishTo = null } = JSON.parse(this.stream.settings) as StreamSettings;
    const url = joined(place, sealed === null ? null : seals.open(sealed, ofStream(tenant, name)));
    const read = { name, kind, mapping: readStoredMapping(mapping ?? NO_MAPPING) };
    const gap = (): void => void this.#tell({ gap: true });
    const source = await OPEN[kind]({ name, url, from, group, publishTo, resumeAt: this.#resumeAt, gap });
    const ended = new AbortController();
    const beside = [this.#watchLag(source, ended.signal), ...(publishTo === null ? [] : [this.#publish(source, ended.signal)])];
    try {
      await source.run(async (batch, resumeAt) => {
        const counted = await takeMessages(this.#deps, read, batch);
        await moveStream(pool, { tenant, name }, { ...counted, position: resumeAt ?? batch.at(-1)?.position ?? null });
        this.#resumeAt = resumeAt ?? this.#resumeAt;
        well();
      }, this.#stop.signal);
    } finally {
      ended.abort();
      await source.close();
      await Promise.all(beside);
    }
  }

  async #watchLag(source: StreamSource, ended: AbortSignal): Promise<void> {
    while (!ended.aborted) {
      const lag = await source.lag().catch(() => null);
      if (lag !== null && !ended.aborted) await this.#tell({ lag, failure: null });
      await this.#pause(LAG_MS, ended);
    }
  }

  async #publish(source: StreamSource, ended: AbortSignal): Promise<void> {
    const { pool, tenant } = this.#deps;
    const { name } = this.stream;
    while (!ended.aborted) {
      try {
        const { more, published } = await publishNext({ pool, tenant, source }, { name, published: this.#published });
        this.#published = published;
        if (!more) await this.#pause(LOOK_MS, ended);
      } catch (error) {
        if (ended.aborted) return;
        await tellPublished(pool, { tenant, name }, { published: null, count: 0, failure: failureOf(error) }).catch(() => undefined);
        await this.#pause(LAG_MS, ended);
      }
    }
  }

  /** What is told is told again: a database that is away does not end the reading. */
  async #tell(what: Parameters<typeof tellStream>[2]): Promise<void> {
    await tellStream(this.#deps.pool, { tenant: this.#deps.tenant, name: this.stream.name }, what).catch(() => undefined);
  }

  #pause(ms: number, ended: AbortSignal = this.#stop.signal): Promise<void> {
    if (ended.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        ended.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      ended.addEventListener('abort', end);
    });
  }
}

/** Messages of clients may quote an address with a password in it. */
function failureOf(error: unknown): string {
  const { message = String(error), errors = [], cause } = error as { message?: string; errors?: readonly unknown[]; cause?: unknown };
  const inner = [...errors.slice(0, 2), cause].flatMap((one) => (one instanceof Error ? [one.message] : []));
  return [message, ...inner]
    .join('; ')
    .replace(/\/\/[^@\s/]+@/g, '//')
    .slice(0, FAILURE_CHARS_MAX);
}
