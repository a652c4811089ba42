/**
 * The client against a service, over a connection that breaks; and CloudEvents' own SDK against it. The bugs this hunts: an event that counts twice because an answer was lost; one bad
 * event that costs a batch; a stream that leaves out what came while it was away.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CloudEvent, HTTP } from 'cloudevents';
import { Refused, ServiceAway, Signalbox } from '../../src/client/index.ts';
import { ledger } from '../support/flows.ts';
import { ingressOfFile } from '../support/ingressOfFile.ts';

const ingress = ingressOfFile({ flows: [ledger] });

/** Hands requests on, and breaks some: `lose` answers after they were made, `refuse` requests before. */
let proxy: Server;
let url: string;
let breaks: ('lose' | 'refuse')[] = [];
const tries: string[] = [];

beforeAll(async () => {
  proxy = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const how = breaks.shift();
    if (request.method === 'POST') tries.push(Buffer.concat(chunks).toString('utf8'));
    if (how === 'refuse') {
      response.writeHead(503, { 'retry-after': '0' }).end('{}');
      return;
    }
    const headers = Object.fromEntries(
      Object.entries(request.headers).filter(([name]) => name !== 'host' && name !== 'connection'),
    ) as Record<string, string>;
    const answer = await fetch(`${ingress.url}${request.url}`, {
      method: String(request.method),
      headers,
      ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
    });
    const text = await answer.text();
    if (how === 'lose') {
      response.destroy();
      return;
    }
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(text);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => proxy.close(resolve)));

const booked = (account: string, amount: number, more: object = {}) => ({
  type: 'amount.booked',
  source: '/client',
  data: { account, amount },
  ...more,
});

describe('Signalbox', () => {
  it('sends one event once, though answers are lost and requests refused', async () => {
    breaks = ['lose', 'refuse', 'lose'];
    tries.length = 0;
    const receipt = await new Signalbox({ url }).send(booked('once', 1));
    expect(receipt).toMatchObject({ flow: 'ledger', subject: 'once', status: 'decided', duplicate: true });
    expect(new Set(tries).size).toBe(1);
    expect(tries).toHaveLength(4);
    expect((await new Signalbox({ url }).get<{ items: unknown[] }>('/v1/flows/ledger/subjects/once')).items.length).toBeGreaterThan(0);
  });

  it('gives each of many its result, in order, in several batches', async () => {
    const events = Array.from({ length: 1100 }, (_, at) => (at === 700 ? booked('', at) : booked('many', 1, { id: `m-${at}` })));
    breaks = ['refuse', 'lose'];
    const results = await new Signalbox({ url }).sendAll(events);
    expect(results).toHaveLength(1100);
    expect(results[700]).toMatchObject({ status: 'rejected', problem: { code: 'off-schema' } });
    expect(results.filter(({ status }) => status === 'decided')).toHaveLength(1099);
    const [alone] = await new Signalbox({ url }).sendAll([booked('', 1)]);
    expect(alone).toMatchObject({ status: 'rejected', problem: { code: 'off-schema' } });
  });

  it('sends again, in order, the events of a batch that could not be taken, and finds the one for which all are refused', async () => {
    const texts = ['a', 'b', 'c', 'd'].map((id) =>
      JSON.stringify({ specversion: '1.0', ...booked('halves', 1, { source: '/halves' }), id: `h-${id}` }),
    );
    const deep = JSON.stringify({ specversion: '1.0', ...booked('halves', 1, { source: '/halves' }), id: 'deep' }).replace(
      '"amount":1',
      `"amount":${'['.repeat(99)}${']'.repeat(99)}`,
    );
    breaks = ['refuse'];
    const results = await new Signalbox({ url }).sendBatch([...texts.slice(0, 2), deep, ...texts.slice(2)]);
    expect(results.map((one) => ('problem' in one ? one.problem.code : one.id))).toEqual(['h-a', 'h-b', 'too-deep', 'h-c', 'h-d']);
    const { items } = await new Signalbox({ url }).events({ source: '/halves' });
    expect(items.map(({ id }) => id)).toEqual(['h-a', 'h-b', 'h-c', 'h-d']);
  });

  it('reads events, decisions and approvals by id and in pages', async () => {
    const client = new Signalbox({ url });
    const { event, id } = await client.send(booked('read', 1, { id: 'read-1' }));
    expect(await client.event(event)).toMatchObject({ event, id, subject: 'read' });
    const { items, more } = await client.decisions({ flow: 'ledger', subject: 'read', outcome: undefined });
    expect([items.length, more]).toEqual([1, false]);
    const [decided] = items;
    expect(await client.decision(String(decided?.id))).toMatchObject({ id: decided?.id, event: { event } });
    expect(await client.approvals({ state: 'all' })).toMatchObject({ items: [], more: false });
    await expect(client.approval('apr_ledger.1.0')).rejects.toMatchObject({ status: 404 });
  });

  it('tells whoever follows a stream that it broke, who may end it so', async () => {
    const heard: boolean[] = [];
    const broke = (error: Error | null, begun: boolean): void => {
      heard.push(begun);
      if (error !== null) throw error;
    };
    const away = new Signalbox({ url: 'http://127.0.0.1:1' }).stream({ broke });
    await expect(away.next()).rejects.toThrow(ServiceAway);
    expect(heard).toEqual([false]);
  });

  it('says what is refused, and what cannot be reached, in time', async () => {
    await expect(new Signalbox({ url }).send(booked('', 1))).rejects.toThrow(Refused);
    await expect(new Signalbox({ url: 'http://127.0.0.1:1', retryMs: 300 }).send(booked('a', 1))).rejects.toThrow(ServiceAway);
  });

  it('keeps numbers that no double holds', async () => {
    const client = new Signalbox({ url: ingress.url });
    const receipt = await client.sendText(
      '{"specversion":"1.0","id":"big","source":"/client","type":"x.y","data":{"n":12345678901234567891}}',
    );
    const event = await client.waitForEnd((receipt as { event: string }).event);
    expect(event.status).toBe('unrouted');
  });

  it('follows the stream from a frame on, and ends when it is told to', async () => {
    const client = new Signalbox({ url: ingress.url });
    const stop = new AbortController();
    const seen: string[] = [];
    await client.send(booked('stream', 1, { id: 's-1' }));
    for await (const { kind, data } of client.stream({ kinds: ['decision'], after: 'start', signal: stop.signal })) {
      const { subject, event } = data as { subject: string; event: { id: string } };
      if (kind !== 'decision' || subject !== 'stream') continue;
      seen.push(event.id);
      if (seen.length === 1) await client.send(booked('stream', 1, { id: 's-2' }));
      else stop.abort();
    }
    expect(seen).toEqual(['s-1', 's-2']);
  });
});

describe("CloudEvents' SDK for JavaScript", () => {
  it.each(['structured', 'binary'] as const)('sends to us in %s mode as it comes', async (mode) => {
    const event = new CloudEvent({
      id: `sdk-${mode}`,
      source: '/sdk',
      type: 'amount.booked',
      subject: 'sdk',
      data: { account: 'sdk', amount: 2 },
    });
    const { headers, body } = HTTP[mode](event);
    const response = await fetch(`${ingress.url}/v1/events`, {
      method: 'POST',
      headers: headers as Record<string, string>,
      body: String(body),
    });
    expect([response.status, ((await response.json()) as { flow: string }).flow]).toEqual([202, 'ledger']);
  });
});
