/**
 * NATS JetStream, read by an ordered consumer from our own stored sequence. Acknowledging lost or reordered messages when a process was killed (tried): what it
 * had pulled comes again only after a while, and an acknowledgement of later ones covers it. Streams that need acknowledgements are refused.
 */
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type MsgHdrs } from '@nats-io/transport-node';
import { Batches } from './batches.ts';
import type { OpenSource, StreamMessage } from './source.ts';
import { WINDOW } from './source.ts';

interface Raw {
  readonly message: StreamMessage;
  readonly seq: number;
}

function headersOf(headers: MsgHdrs | undefined): [string, string][] {
  return headers === undefined ? [] : [...headers].flatMap(([name, values]) => values.map((value): [string, string] => [name, value]));
}

export const openNats: OpenSource = async ({ url, from, publishTo, resumeAt, name }) => {
  const { username, password, host } = new URL(url);
  const user = username === '' ? {} : { user: decodeURIComponent(username), pass: decodeURIComponent(password) };
  const connection = await connect({
    servers: host,
    name: `signalbox-${name}`,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 500,
    timeout: 5000,
    ...user,
  });
  const manager = await jetstreamManager(connection).catch(async (error: unknown) => {
    await connection.close();
    throw error;
  });
  const js = jetstream(connection);
  let stored = Number(resumeAt ?? 0);
  return {
    async run(take, stop) {
      const { config } = await manager.streams.info(from);
      if (config.retention !== 'limits')
        throw new Error(`The stream keeps messages by ${config.retention}: only one that keeps them by limits can be read`);
      const consumer = await js.consumers.get(from, stored === 0 ? {} : { deliver_policy: 'by_start_sequence', opt_start_seq: stored + 1 });
      const messages = await consumer.consume({ max_messages: WINDOW, idle_heartbeat: 1000, expires: 2000 });
      const batches = new Batches<Raw>(async (batch) => {
        const last = batch.at(-1)?.seq ?? stored;
        await take(
          batch.map(({ message }) => message),
          String(last),
        );
        stored = last;
      });
      const end = (): void => messages.stop();
      stop.addEventListener('abort', end);
      try {
        for await (const { headers, data, seq } of messages) {
          if (stop.aborted) break;
          const message = { headers: headersOf(headers), body: data.length === 0 ? null : Buffer.from(data), position: `${from}/${seq}` };
          await batches.add({ message, seq });
        }
        await batches.settled();
      } finally {
        stop.removeEventListener('abort', end);
        messages.stop();
      }
      if (!stop.aborted) throw new Error('The stream ended');
    },
    async lag() {
      const { state } = await manager.streams.info(from);
      return Math.max(0, state.last_seq - Math.max(stored, state.first_seq - 1));
    },
    async publish(messages) {
      if (publishTo === null) return;
      const { headers } = await import('@nats-io/transport-node');
      const about = headers();
      about.set('content-type', 'application/cloudevents+json');
      await Promise.all(messages.map(({ body }) => js.publish(publishTo, body, { headers: about })));
    },
    async close() {
      await connection.close();
    },
  };
};
