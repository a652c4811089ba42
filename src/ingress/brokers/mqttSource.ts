/**
 * MQTT 5, quality 1: acknowledged after our commit. mqtt.js reads nothing while it holds an acknowledgement back, so it is sent here by hand, and a window
 * of our own stops the reading: Mosquitto 2.0 sends more than the Receive Maximum that it was told. `_sendPacket` is private: the version is pinned, and
 * the suite of all sources fails where it moves.
 */
import mqtt, { type IPublishPacket, type MqttClient } from 'mqtt';
import { Batches } from './batches.ts';
import type { OpenSource, StreamMessage } from './source.ts';
import { WINDOW } from './source.ts';

interface Raw {
  readonly message: StreamMessage;
  readonly packet: IPublishPacket;
  readonly connection: number;
}

type Packet = { readonly cmd: string } & Record<string, unknown>;
type SendPacket = (packet: Packet, done?: (error?: Error) => void, ...rest: unknown[]) => void;

const SESSION_SECONDS = 86_400;

function headersOf({ properties = {} }: IPublishPacket): [string, string][] {
  const { contentType, userProperties = {} } = properties;
  const own = Object.entries(userProperties).flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, one]));
  return contentType === undefined ? own : [['content-type', contentType], ...own];
}

export const openMqtt: OpenSource = async ({ url, from, group, publishTo, gap }) => {
  const client: MqttClient = mqtt.connect(url, {
    ...{
      protocolVersion: 5,
      clientId: group,
      clean: false,
      resubscribe: false,
      reconnectPeriod: 500,
      connectTimeout: 5000,
      manualConnect: true,
    },
    properties: { sessionExpiryInterval: SESSION_SECONDS, receiveMaximum: WINDOW },
  });
  const inside = client as unknown as { _sendPacket: SendPacket };
  const send = inside._sendPacket.bind(client);
  let open = 0;
  let parked: (() => void) | undefined;
  let connection = 0;
  let batches: Batches<Raw> | null = null;
  inside._sendPacket = (packet, done, ...rest) => {
    if (packet.cmd !== 'puback') send(packet, done, ...rest);
    else if (open < WINDOW) done?.();
    else parked = () => done?.();
  };
  const acknowledge = (batch: readonly Raw[]): void => {
    for (const { packet, connection: of } of batch) {
      // of a connection that is gone: the broker sends it again
      if (of !== connection || packet.qos === 0) continue;
      open -= 1;
      send({ cmd: 'puback', messageId: packet.messageId, reasonCode: 0 });
    }
    if (open >= WINDOW) return;
    const resume = parked;
    parked = undefined;
    resume?.();
  };
  // heard by `run`; without a listener it would end the process
  client.on('error', () => undefined);
  return {
    async run(take, stop) {
      await new Promise<void>((resolve, reject) => {
        batches = new Batches<Raw>(async (batch) => {
          await take(
            batch.map(({ message }) => message),
            null,
          );
          acknowledge(batch);
        });
        const gathering = batches;
        client.on('connect', ({ sessionPresent }) => {
          connection += 1;
          if (sessionPresent) return;
          gap();
          client.subscribe(from, { qos: 1 }, (error) => {
            if (error) reject(error);
          });
        });
        client.on('close', () => {
          open = 0;
          parked = undefined;
        });
        client.on('message', (_topic, payload, packet) => {
          if (packet.qos > 0) open += 1;
          const message = { headers: headersOf(packet), body: payload.length === 0 ? null : payload, position: null };
          gathering.add({ message, packet, connection }).catch(reject);
        });
        client.on('error', reject);
        stop.addEventListener('abort', () => resolve());
        client.connect();
      });
      await batches?.settled();
    },
    lag: async () => batches?.waiting ?? null,
    async publish(messages) {
      if (publishTo === null) return;
      const properties = { contentType: 'application/cloudevents+json' };
      await Promise.all(messages.map(({ body }) => client.publishAsync(publishTo, body, { qos: 1, properties })));
    },
    async close() {
      await Promise.race([client.endAsync(true).catch(() => undefined), new Promise((resolve) => setTimeout(resolve, 2000).unref())]);
    },
  };
};
