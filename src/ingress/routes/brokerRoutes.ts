/** Brokers that events come from: adding, listing with their lag, pausing. */
import { SignalboxError } from '../../domain/errors.ts';
import { ofStream } from '../../log/door/seals.ts';
import { addStream, type KeptStream, listStreams, setStreamState } from '../../log/door/streams.ts';
import { shownTarget } from '../../settings/outboundTarget.ts';
import * as wire from '../../wire/broker.ts';
import { streamExample } from '../../wire/brokerExamples.ts';
import { pageQuery } from '../../wire/list.ts';
import { streamParam } from '../../wire/params.ts';
import { parted } from '../brokers/address.ts';
import { headsNow } from '../brokers/publishDecisions.ts';
import { writeCursor } from '../http/cursor.ts';
import { jsonBody } from '../http/jsonBody.ts';
import { toListQuery } from '../http/listQuery.ts';
import { isMapping, readMapping } from '../mapping/mapping.ts';
import { type Route, route } from './route.ts';

const at = (date: Date | null): string | null => date?.toISOString() ?? null;

function shown(kept: KeptStream): wire.Stream {
  const { name, kind, state, mapping, lag, taken, repeated, unread, empty, position, failure, publishFailure } = kept;
  const { url, from, publishTo = null } = JSON.parse(kept.settings) as wire.StreamSettings;
  return {
    ...{ name, kind, state, url: shownUrl(url), from, publishTo, mapping, lag, taken, repeated, unread, empty },
    ...{ published: kept.publishedCount, position, seenAt: at(kept.seenAt), failure, failedAt: at(kept.failedAt) },
    ...{ gapAt: at(kept.gapAt), publishFailure },
  };
}

/** A list of brokers is no URL that could be parsed. */
const shownUrl = (url: string): string => (url.startsWith('kafka:') ? url.replace(/\/\/[^@/]*@/, '//') : shownTarget(url));

const params = { stream: streamParam };

function assertGood({ kind, settings, mapping }: { kind: string; settings: wire.StreamSettings; mapping?: string | undefined }): void {
  const read = mapping === undefined ? null : readMapping(mapping);
  if (read !== null && !isMapping(read)) throw new SignalboxError('bad-mapping', undefined, { errors: read });
  const faults = [
    ...(settings.url.startsWith(kind) ? [] : [{ pointer: '/settings/url', detail: `must begin with ${kind}://` }]),
    // decisions would come in as events, and be refused for their source, for ever
    ...(settings.publishTo === settings.from ? [{ pointer: '/settings/publishTo', detail: 'must be another than it is read from' }] : []),
    ...(settings.publishTo !== undefined && /[#+*>]/.test(settings.publishTo) && kind !== 'kafka'
      ? [{ pointer: '/settings/publishTo', detail: 'must be one topic, not a pattern' }]
      : []),
    ...(settings.url.startsWith('kafka:') || URL.canParse(settings.url) ? [] : [{ pointer: '/settings/url', detail: 'must be a URL' }]),
  ];
  if (faults.length > 0) throw new SignalboxError('bad-request', undefined, { errors: faults });
}

export const brokerRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/streams',
    id: 'listStreams',
    tag: 'streams',
    summary: 'Brokers that events come from, with what waits there',
    scopes: ['read'],
    query: pageQuery,
    answers: {
      200: { description: 'All', schema: wire.streamList, example: { items: [streamExample], next: 'eyJmcmF1ZCI6MTd9', more: false } },
    },
    handler:
      ({ pool }) =>
      async ({ caller, query, send }) => {
        const { after, limit } = toListQuery(query);
        const [read = ''] = after.keys();
        const streams = (await listStreams(pool, caller.tenant)).filter(({ name }) => name > read);
        const items = streams.slice(0, limit).map(shown);
        const last = items.at(-1)?.name ?? read;
        send(200, { items, next: writeCursor(new Map(last === '' ? [] : [[last, 1]])), more: streams.length > limit });
      },
  }),
  route({
    method: 'POST',
    path: '/v1/streams',
    id: 'addStream',
    tag: 'streams',
    summary: 'Take events from a broker: Kafka, NATS JetStream or MQTT 5',
    scopes: ['admin'],
    body: jsonBody(wire.streamRequest, {
      what: 'a stream',
      code: 'bad-request',
      example: { name: 'sales', kind: 'kafka', settings: { url: 'kafka://127.0.0.1:9092', from: 'sales', publishTo: 'decisions' } },
    }),
    answers: { 201: { description: 'It is read from now on', schema: wire.stream, example: streamExample } },
    handler:
      ({ pool, tenant, seals }) =>
      async ({ caller, body: { name, kind, settings, mapping }, send }) => {
        assertGood({ kind, settings, mapping });
        const published = await headsNow(pool, tenant);
        const { url, credentials } = parted(settings.url);
        const added = {
          ...{
            tenant,
            name,
            kind,
            settings: JSON.stringify({ ...settings, url }),
            mapping: mapping ?? null,
            createdBy: caller.actor,
            published,
          },
          credentials: credentials === null ? null : seals.seal(credentials, ofStream(tenant, name)),
        };
        if (!(await addStream(pool, added)))
          throw new SignalboxError('taken', `There is a stream ${name} already, or as many as there may be`);
        send(201, shown(await streamNamed(pool, tenant, name)));
      },
  }),
  ...(['pause', 'resume'] as const).map((what) =>
    route({
      method: 'POST',
      path: `/v1/streams/:stream/${what}`,
      id: `${what}Stream`,
      tag: 'streams',
      summary: what === 'pause' ? 'Read nothing more: the broker keeps what it keeps' : 'Read on behind what was taken last',
      scopes: ['admin'],
      params,
      answers: { 200: { description: 'It is so within seconds', schema: wire.stream, example: streamExample } },
      handler:
        ({ pool, tenant }) =>
        async ({ params: { stream: name = '' }, send }) => {
          const state = what === 'pause' ? 'paused' : 'running';
          if (!(await setStreamState(pool, { tenant, name, state }))) throw noStream(name);
          send(200, shown(await streamNamed(pool, tenant, name)));
        },
    }),
  ),
];

const noStream = (name: string): SignalboxError => new SignalboxError('not-found', `There is no stream ${name}`);

async function streamNamed(pool: Parameters<typeof listStreams>[0], tenant: string, name: string): Promise<KeptStream> {
  const found = (await listStreams(pool, tenant)).find((one) => one.name === name);
  if (found === undefined) throw noStream(name);
  return found;
}
