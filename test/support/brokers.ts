/** Real brokers for tests, each a process of its own: those that cannot start here say why, and their tests are skipped with that reason. */
import { execFile, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { connect as connectSocket } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect as natsConnect, headers as natsHeaders } from '@nats-io/transport-node';
import { Kafka, logLevel } from 'kafkajs';
import mqtt from 'mqtt';
import { freePort } from '../../src/local/freePort.ts';
import { until } from '../../src/local/until.ts';
import { eventually } from './eventually.ts';
import { type Launched, launch } from './shared.ts';

export type BrokerKind = 'kafka' | 'nats' | 'mqtt';

export interface TestMessage {
  readonly key: string;
  readonly body: Buffer | null;
  /** With the prefix of the broker's binding; `content-type` goes where it belongs there. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TestBroker {
  readonly url: string;
  /** Topics, streams: where messages are sent, and where decisions are told. */
  make(place: string): Promise<void>;
  /** In order; resolves when the broker has them. */
  send(place: string, messages: readonly TestMessage[]): Promise<void>;
  /** All that was sent there, from the start: bodies. */
  read(place: string, count: number): Promise<string[]>;
  /** As a crash would. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const exec = promisify(execFile);
const READY_MS = 60_000;
const AGAIN_MS = 30_000;
const READ_MS = 60_000;
const KAFKA = '4.4.0';

const has = (command: string): boolean => spawnSync('/bin/sh', ['-c', `command -v ${command}`]).status === 0;

/** Debian puts servers where not every path leads. */
function serverAt(name: string): string | null {
  if (has(name)) return name;
  return spawnSync(`/usr/sbin/${name}`, ['-h']).error === undefined ? `/usr/sbin/${name}` : null;
}

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>test</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging>
<dependencies><dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${KAFKA}</version></dependency></dependencies></project>`;

/** Fetched once a machine: 44 jars, 43 MB. */
async function kafkaJars(): Promise<string | { why: string }> {
  const home = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'signalbox-kafka', KAFKA);
  if ((await readdir(home).catch(() => [])).length > 20) return home;
  for (const command of ['java', 'mvn']) if (!has(command)) return { why: `there is no ${command}` };
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-kafka-'));
  try {
    await writeFile(join(folder, 'pom.xml'), POM);
    await exec('mvn', ['-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=lib', '-DincludeScope=runtime'], {
      cwd: folder,
      timeout: 150_000,
    });
    await mkdir(join(home, '..'), { recursive: true });
    await rename(join(folder, 'lib'), home);
    return home;
  } catch (error) {
    return { why: `Maven could not fetch it: ${(error as Error).message.split('\n')[0]}` };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A way to open one, or why there is none here. */
export async function brokerOf(kind: BrokerKind): Promise<(() => Promise<TestBroker>) | { why: string }> {
  if (kind === 'kafka') {
    const jars = await kafkaJars();
    return typeof jars === 'string' ? () => openKafka(jars) : jars;
  }
  const server = serverAt(kind === 'nats' ? 'nats-server' : 'mosquitto');
  if (server === null) return { why: `there is no ${kind === 'nats' ? 'nats-server' : 'mosquitto'}` };
  return () => (kind === 'nats' ? openNats(server) : openMosquitto(server));
}

interface Server {
  readonly folder: string;
  start(): Promise<void>;
  kill(): Promise<void>;
  stop(): Promise<void>;
}

function server(folder: string, command: readonly string[], ready: () => Promise<unknown>): Server {
  let launched: Launched | null = null;
  const [program = '', ...args] = command;
  return {
    folder,
    async start() {
      launched = await launch(
        {
          ...{ name: program, command: program, args, stopSignal: 'SIGTERM', stopTimeoutMs: 5000, readyTimeoutMs: READY_MS, showFrom: 60 },
          ready: (signal) =>
            until(async () => {
              await ready();
              return true;
            }, signal),
        },
        { log: join(folder, 'log') },
      );
    },
    kill: async () => launched?.end('SIGKILL'),
    async stop() {
      await launched?.end('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const folderFor = (name: string): Promise<string> => mkdtemp(join(tmpdir(), `signalbox-${name}-`));

function answers(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
}

/** A broker that was just started again may not answer yet; what is sent twice has one id. */
async function again(send: () => Promise<unknown>): Promise<void> {
  await eventually(async () => {
    await send();
    return true;
  }, AGAIN_MS);
}

async function openKafka(jars: string): Promise<TestBroker> {
  const folder = await folderFor('kafka');
  const [port, controller] = [await freePort(), await freePort()];
  const settings = [
    ...['process.roles=broker,controller', 'node.id=1', `controller.quorum.voters=1@127.0.0.1:${controller}`],
    `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
    ...[`advertised.listeners=PLAINTEXT://127.0.0.1:${port}`, 'controller.listener.names=CONTROLLER', `log.dirs=${join(folder, 'data')}`],
    ...['offsets.topic.replication.factor=1', 'offsets.topic.num.partitions=1', 'transaction.state.log.replication.factor=1'],
    ...['transaction.state.log.min.isr=1', 'group.initial.rebalance.delay.ms=0', 'auto.create.topics.enable=false'],
    ...['broker.session.timeout.ms=2000', 'broker.heartbeat.interval.ms=500'],
  ];
  const file = join(folder, 'server.properties');
  await writeFile(file, `${settings.join('\n')}\n`);
  const id = `A${randomBytes(16).toString('base64url').slice(1)}`;
  await exec('java', ['-Xmx128m', '-cp', `${jars}/*`, 'kafka.tools.StorageTool', 'format', '-t', id, '-c', file]);
  const kafka = new Kafka({ clientId: 'test', brokers: [`127.0.0.1:${port}`], logLevel: logLevel.NOTHING, retry: { retries: 8 } });
  const admin = kafka.admin();
  const heap = ['-Xmx256m', '-Xms64m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
  const metadata = async (): Promise<void> => {
    await answers(port);
    const asking = new Kafka({
      clientId: 'ready',
      brokers: [`127.0.0.1:${port}`],
      logLevel: logLevel.NOTHING,
      retry: { retries: 0 },
    }).admin();
    await asking.connect();
    await asking.listTopics().finally(() => asking.disconnect());
  };
  const broker = server(folder, ['java', ...heap, '-cp', `${jars}/*`, 'kafka.Kafka', file], metadata);
  const producer = kafka.producer();
  await broker.start();
  await admin.connect();
  await producer.connect();
  return {
    url: `kafka://127.0.0.1:${port}`,
    make: async (topic) =>
      void (await admin.createTopics({ topics: [{ topic, numPartitions: 3, replicationFactor: 1 }], waitForLeaders: false })),
    async send(topic, messages) {
      // a topic that was just made has its leader a little later
      await again(() =>
        producer.send({
          topic,
          acks: -1,
          messages: messages.map(({ key, body, headers = {} }) => ({ key, value: body, headers: { ...headers } })),
        }),
      );
    },
    async read(topic, count) {
      const consumer = kafka.consumer({ groupId: `read-${randomBytes(4).toString('hex')}` });
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      const found: string[] = [];
      await new Promise<void>((resolve) => {
        void consumer.run({
          eachMessage: async ({ message }) => {
            found.push(message.value?.toString('utf8') ?? '');
            if (found.length >= count) resolve();
          },
        });
      });
      await consumer.disconnect();
      return found;
    },
    kill: broker.kill,
    start: broker.start,
    async stop() {
      await Promise.all([admin.disconnect(), producer.disconnect()]).catch(() => undefined);
      await broker.stop();
    },
  };
}

async function openNats(program: string): Promise<TestBroker> {
  const folder = await folderFor('nats');
  const port = await freePort();
  const file = join(folder, 'nats.conf');
  await writeFile(file, `listen: 127.0.0.1:${port}\njetstream { store_dir: "${join(folder, 'js')}", max_mem: 64MB, max_file: 1GB }\n`);
  const broker = server(folder, [program, '-c', file], () => answers(port));
  await broker.start();
  const connection = await natsConnect({ servers: `127.0.0.1:${port}`, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
  const js = jetstream(connection);
  const manager = await jetstreamManager(connection);
  return {
    url: `nats://127.0.0.1:${port}`,
    make: async (name) => void (await manager.streams.add({ name, subjects: [name, `${name}.>`] })),
    async send(name, messages) {
      for (const { key, body, headers = {} } of messages) {
        const about = natsHeaders();
        for (const [header, value] of Object.entries(headers)) about.set(header, value);
        await again(() => js.publish(`${name}.${key}`, body ?? new Uint8Array(), { headers: about }));
      }
    },
    async read(name, count) {
      const consumer = await js.consumers.get(name);
      const found: string[] = [];
      for await (const message of await consumer.consume()) {
        found.push(message.string());
        if (found.length >= count) break;
      }
      return found;
    },
    kill: broker.kill,
    start: broker.start,
    async stop() {
      await connection.close();
      await broker.stop();
    },
  };
}

async function openMosquitto(program: string): Promise<TestBroker> {
  const folder = await folderFor('mqtt');
  const port = await freePort();
  const file = join(folder, 'mosquitto.conf');
  const settings = [
    ...['user root', `listener ${port} 127.0.0.1`, 'allow_anonymous true', 'persistence true', `persistence_location ${folder}/`],
    ...['autosave_on_changes true', 'autosave_interval 1', 'max_queued_messages 0', 'max_inflight_messages 400'],
  ];
  await writeFile(file, `${settings.join('\n')}\n`);
  const broker = server(folder, [program, '-c', file], () => answers(port));
  await broker.start();
  const url = `mqtt://127.0.0.1:${port}`;
  const client = await mqtt.connectAsync(url, { protocolVersion: 5, clientId: 'test', reconnectPeriod: 200 });
  client.on('error', () => undefined);
  const told = new Map<string, string[]>();
  client.on('message', (topic, payload) => told.get(topic)?.push(payload.toString('utf8')));
  return {
    url,
    async make(topic) {
      told.set(topic, []);
      await client.subscribeAsync(topic, { qos: 1 });
    },
    async send(topic, messages) {
      for (const { body, headers = {} } of messages) {
        const { 'content-type': contentType, ...userProperties } = headers;
        // an empty object of them makes a packet that the broker drops the connection for
        const properties = {
          ...(Object.keys(userProperties).length === 0 ? {} : { userProperties }),
          ...(contentType === undefined ? {} : { contentType }),
        };
        await client.publishAsync(topic, body ?? Buffer.alloc(0), { qos: 1, properties });
      }
    },
    async read(topic, count) {
      const found = told.get(topic) ?? [];
      await eventually(async () => found.length >= count, READ_MS);
      return found;
    },
    kill: broker.kill,
    start: broker.start,
    async stop() {
      await client.endAsync(true);
      await broker.stop();
    },
  };
}
