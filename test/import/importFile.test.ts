/**
 * The import as a caller sees it: real files in, real HTTP out. The receiver is a fake at wire level, so that it can be away, full,
 * or refuse what a test wants refused. The bugs this hunts: a label that overtakes its payment, a row that is lost or sent twice
 * over a stop, a whole batch that is given up for one bad event.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Signalbox } from '../../src/client/signalbox.ts';
import { CannotRun } from '../../src/domain/errors.ts';
import { type ImportJob, importFile } from '../../src/import/importFile.ts';
import { parseImportMap } from '../../src/import/importMap.ts';

interface Sent {
  id: string;
  source: string;
  type: string;
  time: string;
  data: Record<string, unknown>;
}
type Answer = (batch: Sent[], response: ServerResponse) => void;

let folder: string;
let server: Server;
let url: string;
const clientOf = (retryMs: number): Signalbox => new Signalbox({ url, retryMs });
let received: Sent[][];
let answer: Answer;

const result = ({ source, id }: Sent) => ({ event: 'evt_fraud.1', source, id, status: 'decided', decision: null });
const accept: Answer = (batch, response) => {
  received.push(batch);
  response.writeHead(202, { 'content-type': 'application/json' }).end(JSON.stringify({ results: batch.map(result) }));
};
const refuse = (status: number, headers: Record<string, string> = {}) => {
  return (_batch: Sent[], response: ServerResponse): void => {
    response.writeHead(status, { 'content-type': 'application/problem+json', ...headers });
    response.end(JSON.stringify({ status, title: 'No', code: 'no' }));
  };
};

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request);
  if (request.method === 'POST') return answer(JSON.parse(body) as Sent[], response);
  const id = new URL(request.url ?? '', 'http://localhost').searchParams.get('id');
  response
    .writeHead(200, { 'content-type': 'application/json' })
    .end(JSON.stringify({ items: received.flat().filter((event) => event.id === id) }));
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-import-'));
  received = [];
  answer = accept;
  server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

const FRAUD_MAP = await readFile(new URL('../../examples/fraud-handbook.map.yaml', import.meta.url), 'utf8');
const HEADER = 'TRANSACTION_ID,TX_TIME_SECONDS,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_FRAUD,TX_FRAUD_SCENARIO';
const WEEK = 604_800;

/** A payment every second from 0 on; those in `fraud` were fraud. */
function payments(count: number, fraud: ReadonlySet<number> = new Set()): string {
  const rows = Array.from({ length: count }, (_, n) => `${n},${n},${n % 7},${n % 11},${(n % 90) + 0.5},${fraud.has(n) ? '1,3' : '0,0'}`);
  return `${[HEADER, ...rows].join('\n')}\n`;
}

async function job(content: string | Buffer, more: Partial<ImportJob> & { name?: string; mapText?: string } = {}): Promise<ImportJob> {
  const { name = 'payments.csv', mapText = FRAUD_MAP, ...rest } = more;
  const file = join(folder, name);
  await writeFile(file, content);
  return {
    file,
    map: await parseImportMap(mapText, 'map.yaml'),
    poster: { client: clientOf(10_000), history: false },
    holds: async (source, id) => (await clientOf(0).events({ source, id })).items.length > 0,
    batchCount: 10,
    encoding: 'utf-8',
    sort: false,
    rowsMax: Number.MAX_SAFE_INTEGER,
    rejectedMax: 1000,
    rate: Number.POSITIVE_INFINITY,
    checkpointPath: join(folder, 'checkpoint.json'),
    rejectedPath: join(folder, 'rejected.ndjson'),
    restart: false,
    signal: new AbortController().signal,
    say: () => undefined,
    progress: () => undefined,
    ...rest,
  };
}

const ids = (): string[] => received.flat().map(({ id }) => id);
const rejectedRows = async () =>
  (await readFile(join(folder, 'rejected.ndjson'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { row: number; problem: string });

describe('importFile()', () => {
  it('importFile() sends each row once, in order, with what the map says', async () => {
    const summary = await importFile(await job(gzipSync(payments(95)), { name: 'payments.csv.gz' }));
    expect(summary).toMatchObject({ rows: 95, events: 95, rejected: 0, repeats: 0, statuses: { decided: 95 } });
    expect(ids()).toEqual(Array.from({ length: 95 }, (_, n) => `tx-${n}`));
    expect(received.every((batch) => batch.length <= 10)).toBe(true);
    expect(received.flat()[61]).toEqual({
      specversion: '1.0',
      id: 'tx-61',
      source: '/fraud-handbook',
      type: 'payment.attempted',
      time: '2018-04-01T00:01:01.000Z',
      datacontenttype: 'application/json',
      data: { paymentId: 'tx-61', cardId: 'card-5', terminalId: 'terminal-6', amount: 61.5, currency: 'EUR' },
    });
  });

  it('importFile() sends a label seven days later, before the payments of that second', async () => {
    const rows = [
      [0, 0, 1],
      [1, 5, 0],
      [2, WEEK - 1, 0],
      [3, WEEK, 0],
      [4, WEEK, 0],
      [5, WEEK + 6, 1],
    ];
    const csv = `${HEADER}\n${rows.map(([id, seconds, fraud]) => `${id},${seconds},1,2,9.5,${fraud},0`).join('\n')}`;
    await importFile(await job(csv));
    expect(ids()).toEqual(['tx-0', 'tx-1', 'tx-2', 'dispute-0', 'tx-3', 'tx-4', 'tx-5', 'dispute-5']);
    expect(received.flat()[3]).toMatchObject({
      type: 'payment.disputed',
      time: '2018-04-08T00:00:00.000Z',
      data: { paymentId: 'tx-0', fraud: true },
    });
  });

  it('importFile() keeps the order of time for any times and delays', async () => {
    const table = fc.array(fc.record({ gap: fc.integer({ min: 0, max: 3 }), kind: fc.constantFrom('', 'a', 'b', 'ab') }), {
      minLength: 1,
      maxLength: 60,
    });
    const mapText = `
source: /s
time: { column: t, secondsSince: '2020-01-01T00:00:00Z' }
events:
  - { type: now, id: 'n-{n}', data: {} }
  - { type: soon, id: 'a-{n}', data: {}, delaySeconds: 4, where: { column: kind, in: [a, ab] } }
  - { type: later, id: 'b-{n}', data: {}, delaySeconds: 9, where: { column: kind, in: [b, ab] } }`;
    await fc.assert(
      fc.asyncProperty(table, async (rows) => {
        received = [];
        const timeOf = (n: number): number => rows.slice(0, n + 1).reduce((sum, { gap }) => sum + gap, 0);
        const lines = rows.map(({ kind }, n) => JSON.stringify({ n, kind, t: timeOf(n) }));
        await importFile(await job(lines.join('\n'), { name: 'rows.ndjson', mapText }));
        const times = received.flat().map(({ time }) => time);
        expect(times).toEqual([...times].sort());
        expect(ids()).toHaveLength(rows.reduce((sum, { kind }) => sum + 1 + kind.length, 0));
        for (const [at, event] of received.flat().entries()) {
          if (event.type !== 'now' && at > 0) expect(received.flat()[at - 1]).not.toMatchObject({ type: 'now', time: event.time });
        }
      }),
      { numRuns: 60 },
    );
  });

  it('importFile() goes on after a stop where it was, and sends nothing twice', async () => {
    const stop = new AbortController();
    answer = (batch, response) => {
      accept(batch, response);
      if (received.length === 4) stop.abort();
    };
    const content = payments(100, new Set([3, 50]));
    await expect(importFile(await job(content, { signal: stop.signal }))).rejects.toThrow(CannotRun);
    const first = ids().length;
    expect(first).toBeLessThan(70);
    const summary = await importFile(await job(content));
    expect(summary.resumedAfterRow).toBe(first);
    expect(ids()).toEqual([...Array.from({ length: 100 }, (_, n) => `tx-${n}`), 'dispute-3', 'dispute-50']);
  });

  it('importFile() starts from the beginning where the service has lost what it was sent', async () => {
    const stop = new AbortController();
    answer = (batch, response) => {
      accept(batch, response);
      stop.abort();
    };
    await expect(importFile(await job(payments(50), { signal: stop.signal }))).rejects.toThrow('Stopped');
    received = [];
    answer = accept;
    const said: string[] = [];
    expect(await importFile(await job(payments(50), { say: (line) => said.push(line) }))).toMatchObject({ events: 50, resumedAfterRow: 0 });
    expect(said).toEqual([expect.stringContaining('from the beginning')]);
  });

  it('importFile() writes down rows that cannot become events, and goes on', async () => {
    const csv = [HEADER, '0,0,1,2,9.5,0,0', '1,1,1,2,much,0,0', '2,2,1,2', '3,later,1,2,9.5,0,0', '4,4,,2,9.5,0,0', '5,5,1,2,9.5,0,0'].join(
      '\n',
    );
    expect(await importFile(await job(csv))).toMatchObject({ rows: 6, events: 2, rejected: 4 });
    expect(ids()).toEqual(['tx-0', 'tx-5']);
    expect(await rejectedRows()).toMatchObject([
      { row: 2, problem: 'TX_AMOUNT must be a number: much' },
      { row: 3, problem: 'must have 7 cells: it has 4' },
      { row: 4, problem: 'TX_TIME_SECONDS must be a number: later' },
      { row: 5, problem: 'CUSTOMER_ID is empty' },
    ]);
  });

  it('importFile() writes down what the service refuses, with its row', async () => {
    answer = (batch, response) => {
      received.push(batch);
      const results = batch.map((event) =>
        event.id === 'tx-7' ? { status: 'rejected', problem: { status: 422, code: 'off-schema', title: 'Off' } } : result(event),
      );
      response.writeHead(202).end(JSON.stringify({ results }));
    };
    expect(await importFile(await job(payments(20)))).toMatchObject({ events: 20, rejected: 1, statuses: { decided: 19 } });
    expect(await rejectedRows()).toMatchObject([{ row: 8, problem: '422 off-schema: Off' }]);
  });

  it('importFile() finds the one event for which a batch is refused whole', async () => {
    answer = (batch, response) => (batch.some(({ id }) => id === 'tx-13') ? refuse(413)(batch, response) : accept(batch, response));
    expect(await importFile(await job(payments(30)))).toMatchObject({ rejected: 1 });
    expect(ids()).toEqual(Array.from({ length: 30 }, (_, n) => `tx-${n}`).filter((id) => id !== 'tx-13'));
    expect(await rejectedRows()).toMatchObject([{ row: 14 }]);
  });

  it('importFile() tries again what the service cannot take now, in order', async () => {
    let calls = 0;
    answer = (batch, response) => {
      calls += 1;
      if (calls === 2) return refuse(503, { 'retry-after': '0' })(batch, response);
      if (calls === 3) return refuse(429)(batch, response);
      if (calls === 5) return void response.destroy();
      if (calls !== 6) return accept(batch, response);
      // one log of several had no room: its events alone come again
      received.push(batch.slice(0, 4));
      const results = batch.map((event, at) =>
        at < 4 ? result(event) : { status: 'rejected', problem: { status: 503, code: 'queue-full' } },
      );
      response.writeHead(202).end(JSON.stringify({ results }));
    };
    expect(await importFile(await job(payments(40)))).toMatchObject({ events: 40, rejected: 0, statuses: { decided: 40 } });
    expect(ids()).toEqual(Array.from({ length: 40 }, (_, n) => `tx-${n}`));
  });

  it('importFile() sends no more events a second than it may', async () => {
    const startedMs = performance.now();
    await importFile(await job(payments(40), { rate: 100 }));
    // the last of four batches of ten waits until thirty were due
    expect(performance.now() - startedMs).toBeGreaterThan(295);
    expect(ids()).toHaveLength(40);
  });

  it('importFile() gives up a service that stays away, says how far it came, and keeps its place', async () => {
    answer = (batch, response) => (received.length < 2 ? accept(batch, response) : refuse(503)(batch, response));
    const poster = { client: clientOf(300), history: false };
    await expect(importFile(await job(payments(40), { poster }))).rejects.toThrow(/503 no: No \(20 rows are done/);
    answer = accept;
    expect(await importFile(await job(payments(40)))).toMatchObject({ events: 20, resumedAfterRow: 20 });
  });

  it('importFile() stops where more rows are rejected than allowed', async () => {
    const csv = [HEADER, ...Array.from({ length: 90 }, (_, n) => `${n},x,1,2,9.5,0,0`)].join('\n');
    await expect(importFile(await job(csv, { rejectedMax: 15 }))).rejects.toThrow(/more than 15 rows were rejected/);
  });

  it.each([
    [401, 'a missing key'],
    [404, 'another service'],
  ])('importFile() does not try again after %d: %s', async (status) => {
    answer = refuse(status);
    await expect(importFile(await job(payments(5)))).rejects.toThrow(CannotRun);
  });

  it.each([
    [
      'a broken archive',
      Buffer.concat([gzipSync(payments(5000)).subarray(0, 2000)]),
      'payments.csv.gz',
      /Cannot read the file after row \d+/,
    ],
    ['a column that is not there', 'a,b\n1,2\n', 'payments.csv', /names the column TRANSACTION_ID, the file has a, b/],
    ['a format that it does not know', 'x', 'payments.parquet', /Cannot tell the format/],
  ])('importFile() says in one line that it cannot read %s', async (_what, content, name, message) => {
    await expect(importFile(await job(content, { name }))).rejects.toThrow(message);
  });
});

describe('parseImportMap()', () => {
  it.each([
    ['a word that it does not know', "source: /s\nevents: [{ type: t, id: '{a}', tiem: { column: t }, data: {} }]", /tiem/],
    ['no source', "events: [{ type: t, id: '{a}', time: { column: t }, data: {} }]", /has no source/],
    ['no time', "source: /s\nevents: [{ type: t, id: '{a}', data: {} }]", /has no time/],
    ['what is no YAML', 'events: [', /Cannot read the map/],
    ['no events', 'source: /s\nevents: []', /events/],
  ])('parseImportMap() refuses %s', async (_what, source, message) => {
    await expect(parseImportMap(source, 'map.yaml')).rejects.toThrow(message);
  });

  it('parseImportMap() takes nested objects, optional columns, JSON cells and constants', async () => {
    const mapText = `
source: /rows
time: { column: at }
events:
  - type: sensor.read
    id: '{machine}-{at}'
    subject: '{machine}'
    data:
      machineId: '{machine}'
      kind: { value: [1, null] }
      tags: { column: tags, as: json, optional: true }
      on: { column: on, as: boolean, optional: true }
      values: { fields: { heat: { column: v.heat, as: number } } }`;
    const rows = [
      { machine: 'm1', at: '2020-01-01 10:00:00', v: { heat: '7.5' }, tags: ['x'], on: 'no' },
      { machine: 'm1', at: '2020-01-01T10:00:00+02:00', v: { heat: 8 } },
      { machine: 'm1', at: 'yesterday', v: { heat: 8 } },
    ];
    const content = `${rows.map((row) => JSON.stringify(row)).join('\n')}\nnot json\n[1]\n`;
    expect(await importFile(await job(content, { name: 'rows.jsonl', mapText }))).toMatchObject({ events: 2, rejected: 3 });
    expect(received.flat()).toMatchObject([
      {
        time: '2020-01-01T10:00:00.000Z',
        subject: 'm1',
        data: { machineId: 'm1', kind: [1, null], tags: ['x'], on: false, values: { heat: 7.5 } },
      },
      { time: '2020-01-01T08:00:00.000Z', data: { machineId: 'm1', kind: [1, null], values: { heat: 8 } } },
    ]);
  });
});
