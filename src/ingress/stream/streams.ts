/** All streams of this ingress: how many there may be, what keeps them open through proxies, and how they end. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { SignalboxError } from '../../domain/errors.ts';
import { TOLD, type Told } from '../../log/read/told.ts';
import type { StreamKind } from '../../wire/stream.ts';
import { Channel, type ChannelDeps, type Member } from './channel.ts';
import { StreamClient, type Wish } from './streamClient.ts';

const CLIENTS_MAX = 200;
/** Of one holder of a key; with auth off, all are one. */
const CLIENTS_OF_ONE_MAX = 100;
const RETRY_SECONDS = 5;
/** Proxies cut what is silent for a minute. */
const BEAT_MS = 15_000;
/** Some proxies hold the first two kilobytes back, whatever the headers say. */
const PADDING = `: ${' '.repeat(2048)}\n`;
const HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  // no cache, and nobody who compresses it on its way
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
  'X-Content-Type-Options': 'nosniff',
};

export interface StreamRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly caller: { readonly tenant: string; readonly actor: string };
  readonly kinds: ReadonlySet<StreamKind>;
  readonly flow: string | null;
  readonly after: Wish['after'];
  /** Throws where the key holds no more. */
  readonly recheck: () => Promise<unknown>;
}

export interface StreamsOptions extends ChannelDeps {
  /** Absent: 15 s. */
  readonly beatMs?: number;
  readonly clientsMax?: number;
}

export class Streams {
  readonly #options: StreamsOptions;
  readonly #channels = new Map<string, Channel>();
  readonly #holders = new Map<string, number>();
  #count = 0;
  #cut = 0;
  #closed = false;

  constructor(options: StreamsOptions) {
    this.#options = options;
  }

  get open(): number {
    return this.#count;
  }

  /** Clients that were too slow, since the start. */
  get cut(): number {
    return this.#cut;
  }

  /** Throws `stopping` or `too-many-streams`; resolves when the client has what it missed. */
  async serve({ request, response, caller, kinds, flow, after, recheck }: StreamRequest): Promise<void> {
    const holder = `${caller.tenant} ${caller.actor}`;
    this.#admit(holder);
    if (request.method === 'HEAD') {
      response.writeHead(200, HEADERS).end();
      return;
    }
    const told = new Set(TOLD.filter((kind): kind is Told => kinds.has(kind)));
    const client = new StreamClient(response, { kinds: told, flow, after }, () => {
      this.#cut += 1;
      response.destroy();
    });
    const channel = this.#channelOf(caller.tenant);
    const member: Member = { client, kinds, end: () => response.end() };
    const beat = setInterval(() => void this.#beat(channel, member, response, recheck), this.#options.beatMs ?? BEAT_MS);
    this.#count += 1;
    this.#holders.set(holder, (this.#holders.get(holder) ?? 0) + 1);
    // of the response: a request that was read whole closes at once
    response.once('close', () => {
      clearInterval(beat);
      channel.feed.leave(client, told);
      channel.remove(member);
      this.#leave(holder, caller.tenant, channel);
    });
    response.writeHead(200, HEADERS);
    response.flushHeaders();
    response.write(`retry: 1000\n${PADDING}\n`);
    channel.add(member);
    try {
      await client.follow(channel.feed, channel.read);
      if (client.live) client.write(`id: ${channel.feed.cursor}\n\n`);
    } catch {
      // the database is away: the client comes again with its cursor
      response.destroy();
    }
  }

  #admit(holder: string): void {
    if (this.#closed) throw new SignalboxError('stopping');
    const { clientsMax = CLIENTS_MAX } = this.#options;
    const again = { retryAfterSeconds: RETRY_SECONDS };
    if (this.#count >= clientsMax) throw new SignalboxError('too-many-streams', `${clientsMax} streams are open at this ingress`, again);
    if ((this.#holders.get(holder) ?? 0) >= CLIENTS_OF_ONE_MAX)
      throw new SignalboxError('too-many-streams', `${CLIENTS_OF_ONE_MAX} streams of this key are open at this ingress`, again);
  }

  #channelOf(tenant: string): Channel {
    const known = this.#channels.get(tenant);
    if (known !== undefined) return known;
    const channel = new Channel(this.#options, tenant);
    this.#channels.set(tenant, channel);
    return channel;
  }

  #leave(holder: string, tenant: string, channel: Channel): void {
    this.#count -= 1;
    const left = (this.#holders.get(holder) ?? 1) - 1;
    if (left === 0) this.#holders.delete(holder);
    else this.#holders.set(holder, left);
    if (channel.size > 0 || this.#channels.get(tenant) !== channel) return;
    this.#channels.delete(tenant);
    channel.close();
  }

  async #beat(channel: Channel, { client }: Member, response: ServerResponse, recheck: () => Promise<unknown>): Promise<void> {
    try {
      await recheck();
    } catch (error) {
      // a database that is away says nothing of a key
      if (error instanceof SignalboxError && ['unauthenticated', 'forbidden'].includes(error.code)) response.end();
    }
    // a filter may leave the client without a frame for days: the cursor goes on all the same
    client.write(client.live ? `: beat\nid: ${channel.feed.cursor}\n\n` : ': beat\n\n');
  }

  /** Clients are told to come again, and end before the server does. */
  close(): void {
    this.#closed = true;
    for (const channel of this.#channels.values()) channel.end();
  }
}
