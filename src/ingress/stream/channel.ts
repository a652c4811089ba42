/** What all clients of one tenant share: the feed of its logs, and the pulse. It is there while anybody listens. */
import type { Pool } from '../../log/db/database.ts';
import { readHeads } from '../../log/read/feed.ts';
import type { Ready } from '../../wire/ready.ts';
import type { StreamKind } from '../../wire/stream.ts';
import type { TemporalWeb } from '../accept/receipt.ts';
import type { Quantiles } from './durations.ts';
import { frameText, readFrames } from './frames.ts';
import { type Beat, Pulse } from './pulse.ts';
import { SharedFeed } from './sharedFeed.ts';
import type { ReadPage, StreamClient } from './streamClient.ts';

/** What one look reads, and so what a client is handed at once. */
const PAGE = { count: 1000, bytes: 1 << 20 };

export interface ChannelDeps {
  readonly pool: Pool;
  readonly temporal: TemporalWeb;
  readonly health: () => Promise<Ready>;
  readonly deciding: () => Quantiles;
}

export interface Member {
  readonly client: StreamClient;
  readonly kinds: ReadonlySet<StreamKind>;
  end(): void;
}

export class Channel {
  readonly feed: SharedFeed;
  readonly read: ReadPage;
  readonly #pulse: Pulse;
  readonly #members = new Set<Member>();
  #told = '';

  constructor(deps: ChannelDeps, tenant: string) {
    const { pool } = deps;
    this.read = (kinds, reading) => readFrames(deps, { tenant, kinds, ...reading, limits: PAGE });
    this.feed = new SharedFeed({ heads: () => readHeads(pool, tenant), read: this.read });
    this.#pulse = new Pulse(deps, tenant, (beat) => this.#beat(beat));
  }

  get size(): number {
    return this.#members.size;
  }

  add(member: Member): void {
    this.#members.add(member);
    if (this.#pulse.last !== null) tell(member, this.#pulse.last, true);
  }

  remove(member: Member): void {
    this.#members.delete(member);
  }

  #beat(beat: Beat): void {
    const { ready, degraded } = beat.health;
    const said = JSON.stringify([ready, degraded]);
    const changed = said !== this.#told;
    this.#told = said;
    for (const member of [...this.#members]) tell(member, beat, changed);
  }

  end(): void {
    for (const member of [...this.#members]) member.end();
    this.close();
  }

  close(): void {
    this.feed.close();
    this.#pulse.close();
  }
}

/** They have no cursor: they are of no log, and the next ones say the same anew. */
function tell({ client, kinds }: Member, { summary, health }: Beat, changed: boolean): void {
  if (changed && kinds.has('health')) client.write(frameText('health', JSON.stringify(health)));
  if (summary !== null && kinds.has('summary')) client.write(frameText('summary', JSON.stringify(summary)));
}
