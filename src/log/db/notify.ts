/**
 * NOTIFY and LISTEN, each on a connection of its own.
 *
 * A NOTIFY inside a transaction makes all commits of the database queue behind one lock, so it is sent after the commit,
 * many in one statement. Delivery is a hint: a notification may be missed (a killed process, a reconnect), a row may not.
 * Whoever listens looks at the rows too, on every reconnect and by a slow sweep.
 */

import pg from 'pg';
import { BackOff } from '../../domain/backOff.ts';

/** `signalbox_taken` and `signalbox_decided` and `signalbox_verdict`: texts of names and positions, never of events. */
export type Channel = 'signalbox_taken' | 'signalbox_decided' | 'signalbox_verdict';

export interface Notifier {
  send(channel: Channel, payload: string): void;
  close(): Promise<void>;
}

const CONNECT_MS = 3000;
const UNANSWERED_MS = 6000;
const PENDING_MAX = 10_000;
const RECONNECT = { firstMs: 500, maxMs: 5000 };

/** Sends what gathered while the last send ran. When the database is away it drops: the receivers' sweeps find the rows. */
export function openNotifier(url: string): Notifier {
  let client: pg.Client | null = null;
  let pending = new Map<string, [Channel, string]>();
  let flushing: Promise<void> | null = null;

  async function connected(): Promise<pg.Client> {
    if (client !== null) return client;
    const opened = new pg.Client({
      connectionString: url,
      application_name: 'signalbox notify',
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: UNANSWERED_MS,
      keepAlive: true,
    });
    opened.on('error', () => {
      if (client === opened) client = null;
    });
    await opened.connect();
    client = opened;
    return opened;
  }

  async function flush(): Promise<void> {
    while (pending.size > 0) {
      const sending = [...pending.values()];
      pending = new Map();
      try {
        const open = await connected();
        await open.query('select pg_notify(c, p) from unnest($1::text[], $2::text[]) as q(c, p)', [
          sending.map(([channel]) => channel),
          sending.map(([, payload]) => payload),
        ]);
      } catch {
        // a hint that is lost costs a sweep's delay; the connection is made anew for the next one
        await client?.end().catch(() => undefined);
        client = null;
      }
    }
  }

  return {
    send(channel, payload) {
      if (pending.size >= PENDING_MAX) return;
      pending.set(`${channel} ${payload}`, [channel, payload]);
      flushing ??= flush().finally(() => {
        flushing = null;
      });
    },
    async close() {
      await flushing;
      await client?.end();
    },
  };
}

interface ListenerOptions {
  readonly channels: readonly Channel[];
  readonly heard: (channel: Channel, payload: string) => void;
  /** Called at every (re)connect, when the LISTENs stand: look at the rows now. */
  readonly connected: () => void;
}

export interface Listener {
  close(): Promise<void>;
}

/** Listens until closed, reconnecting by itself. */
export function openListener(url: string, { channels, heard, connected }: ListenerOptions): Listener {
  let closed = false;
  let client: pg.Client | null = null;
  let timer: NodeJS.Timeout | undefined;
  const backOff = new BackOff(RECONNECT);

  function again(): void {
    client = null;
    if (closed || timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      void open();
    }, backOff.next());
  }

  async function open(): Promise<void> {
    const opening = new pg.Client({
      connectionString: url,
      application_name: 'signalbox listen',
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: UNANSWERED_MS,
      keepAlive: true,
    });
    client = opening;
    opening.on('error', again);
    opening.on('end', again);
    opening.on('notification', ({ channel, payload }) => heard(channel as Channel, payload ?? ''));
    try {
      await opening.connect();
      await opening.query(channels.map((channel) => `listen ${channel}`).join(';'));
      backOff.reset();
      connected();
    } catch {
      opening.end().catch(() => undefined);
      again();
    }
  }

  void open();
  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      await client?.end().catch(() => undefined);
    },
  };
}
