/**
 * Kafka, by @platformatic/kafka. Offsets are committed after our commit. zstd cannot be read on Node 20: such a batch fails the stream, and is not passed over.
 * Of a broker that restarts, up to two batches come again.
 */
import { Consumer, type Message, Producer } from '@platformatic/kafka';
import { Batches } from './batches.ts';
import type { OpenSource, SourceOptions, StreamMessage } from './source.ts';

/** The broker gives a partition of a killed process to nobody else for so long. */
const SESSION_MS = 6000;

function connection({ url, name }: SourceOptions) {
  const { host, credentials } = /^kafka:\/\/(?:(?<credentials>[^@/]+)@)?(?<host>[^/]+)/.exec(url)?.groups ?? {};
  const [username, password = ''] = (credentials ?? '').split(':').map(decodeURIComponent);
  return {
    clientId: `signalbox-${name}`,
    bootstrapBrokers: (host ?? '').split(','),
    ...(credentials === undefined ? {} : { sasl: { mechanism: 'PLAIN' as const, username: username ?? '', password } }),
  };
}

const messageOf = ({ topic, partition, offset, headers, value }: Message): StreamMessage => ({
  headers: [...headers].map(([name, text]) => [name.toString('utf8'), text?.toString('utf8') ?? ''] as const),
  // the types do not say that a tombstone has none
  body: (value as Buffer | null | undefined) ?? null,
  position: `${topic}/${partition}/${offset}`,
});

/** The last of each partition. */
function offsetsBehind(batch: readonly Message[]) {
  const last = new Map(batch.map(({ topic, partition, offset }) => [partition, { topic, partition, offset: offset + 1n, leaderEpoch: 0 }]));
  return [...last.values()];
}

export const openKafka: OpenSource = async (options) => {
  const { from, group, publishTo } = options;
  const broken: unknown[] = [];
  const consumer = new Consumer({
    ...connection(options),
    groupId: group,
    autocommit: false,
    sessionTimeout: SESSION_MS,
    heartbeatInterval: 1000,
  });
  // without a listener it would end the process
  consumer.on('error', (error: unknown) => broken.push(error));
  let producer: Producer | undefined;

  async function lag(): Promise<number | null> {
    const ends = (await consumer.listOffsets({ topics: [from] })).get(from) ?? [];
    const partitions = ends.map((_, at) => at);
    const committed = (await consumer.listCommittedOffsets({ topics: [{ topic: from, partitions }] })).get(from) ?? [];
    return ends.reduce(
      (sum, end, at) => sum + Math.max(0, Number(end - (committed[at] === undefined || committed[at] < 0n ? 0n : committed[at]))),
      0,
    );
  }

  return {
    async run(take, stop) {
      const stream = await consumer.consume({
        topics: [from],
        autocommit: false,
        mode: 'committed',
        fallbackMode: 'earliest',
        highWaterMark: 512,
      });
      const batches = new Batches<Message>(async (batch) => {
        await take(batch.map(messageOf), null);
        await consumer.commit({ offsets: offsetsBehind(batch) });
      });
      const end = (): void => void stream.close().catch(() => undefined);
      stop.addEventListener('abort', end);
      try {
        for await (const message of stream) {
          if (stop.aborted) break;
          await batches.add(message);
        }
        await batches.settled();
      } finally {
        stop.removeEventListener('abort', end);
      }
      if (!stop.aborted) throw broken.pop() ?? new Error('The stream ended');
    },
    lag,
    async publish(messages) {
      if (publishTo === null) return;
      producer ??= new Producer({ ...connection(options), autocreateTopics: false });
      const headers = { 'content-type': 'application/cloudevents+json' };
      await producer.send({
        messages: messages.map(({ key, body }) => ({
          topic: publishTo,
          key: Buffer.from(key),
          value: Buffer.from(body),
          headers: new Map(Object.entries(headers).map(([name, value]) => [Buffer.from(name), Buffer.from(value)])),
        })),
        acks: -1,
      });
    },
    async close() {
      const ending = [consumer.close(true), producer?.close()].map((one) => one?.catch(() => undefined));
      // a broker that is away answers no leaving
      await Promise.race([Promise.all(ending), new Promise((resolve) => setTimeout(resolve, 2000).unref())]);
    },
  };
};
