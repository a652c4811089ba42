/**
 * Connections that are not used as they are meant to be. The bugs this hunts: an answer that is lost or given to another request, a client that
 * holds a connection or memory by doing nothing.
 */
import type { IncomingMessage, RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BODY_BYTES_MAX, READING_BYTES_MAX, readBody } from '../../src/ingress/http/readBody.ts';
import { type Listening, listen } from '../../src/ingress/http/server.ts';
import { eventually } from '../support/eventually.ts';
import { ledger } from '../support/flows.ts';
import { ask, eventOf, post, STRUCTURED } from '../support/http.ts';
import { ingressOfFile } from '../support/ingressOfFile.ts';
import { statusesOf, talk } from '../support/talk.ts';

const ingress = ingressOfFile({ flows: [ledger] });

function posted(id: string, headers = ''): string {
  const body = JSON.stringify(eventOf({ id, source: '/connections' }));
  return `POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: ${STRUCTURED}\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`;
}

const stored = async (id: string): Promise<number> => {
  const { json } = await ask(`${ingress.url}/v1/events?source=/connections&id=${id}`);
  return json.items.length;
};

describe('listen() answers in turn', () => {
  it.each(['xx', '\u0000', 'GET', 'nonsense\r\n\r\n', '{"more": "body"}', '\r\n\r\nx\r\n'])(
    'a POST before it refuses what stands behind it: %j',
    async (behind) => {
      const texts = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          talk(ingress.port, posted(`behind-${behind.length}-${n}`) + behind, behind === 'GET' ? ' \u0001' : '').closed(),
        ),
      );
      expect(texts.map(statusesOf)).toEqual(texts.map(() => [202, 400]));
      expect(texts.every((text) => /connection: close/i.test(text))).toBe(true);
      expect(await stored(`behind-${behind.length}-7`)).toBe(1);
    },
  );

  it('requests before one with a bad body', async () => {
    const bad = `POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: ${STRUCTURED}\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`;
    const text = await talk(ingress.port, posted('first') + posted('second') + bad).closed();
    expect(statusesOf(text)).toEqual([202, 202, 400]);
  });

  it('data behind a request that said it was the last', async () => {
    const text = await talk(ingress.port, `${posted('last', 'Connection: close\r\n')}xx`).closed();
    expect(statusesOf(text)[0]).toBe(202);
  });

  it('CONNECT, which nothing here takes', async () => {
    expect(statusesOf(await talk(ingress.port, 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n').closed())).toEqual([404]);
  });
});

describe('Expect: 100-continue', () => {
  const head = (length: number, more = ''): string =>
    `POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: ${STRUCTURED}\r\nContent-Length: ${length}\r\nExpect: 100-continue\r\n${more}\r\n`;

  it.each([
    ['a length over the limit', head(1 << 30), 413],
    ['an encoding that nobody reads', head(2, 'Content-Encoding: zstd\r\n'), 415],
    ['no event', head(2).replace(STRUCTURED, 'text/csv'), 415],
    ['a path where there is nothing', head(2).replace('/v1/events', '/v1/nothing'), 404],
  ])('is not asked for its body: %s', async (_name, bytes, status) => {
    const text = await talk(ingress.port, bytes).closed();
    expect(statusesOf(text)).toEqual([status]);
    expect(text).toMatch(/connection: close/i);
  });

  it('is asked, and answered, and may go on', async () => {
    const body = JSON.stringify(eventOf({ id: 'expected', source: '/connections' }));
    const { socket, until } = talk(ingress.port, head(body.length));
    expect(statusesOf(await until(/100 Continue\r\n\r\n/))).toEqual([100]);
    socket.write(body);
    await until(/HTTP\/1\.1 202/);
    socket.write(posted('after-expected'));
    expect(statusesOf(await until(/202[\s\S]*HTTP\/1\.1 202/))).toEqual([100, 202, 202]);
    socket.destroy();
  });

  it('an empty expectation is none', async () => {
    const { until, socket } = talk(ingress.port, posted('no-expectation', 'Expect:\r\n'));
    expect(statusesOf(await until(/HTTP\/1\.1 \d/))).toEqual([202]);
    socket.destroy();
  });
});

describe('Content-Encoding', () => {
  it.each(['', ' ', 'identity', ',', 'identity, ', 'IDENTITY'])('%j is none', async (coding) => {
    const { until, socket } = talk(ingress.port, posted(`coding-${coding.length}-${coding.trim()}`, `Content-Encoding:${coding}\r\n`));
    expect(statusesOf(await until(/HTTP\/1\.1 \d/))).toEqual([202]);
    socket.destroy();
  });

  it.each(['gzip, gzip', 'zstd, identity', 'none'])('%j is one that nobody reads', async (coding) => {
    expect((await post(ingress.url, eventOf(), { 'content-encoding': coding })).status).toBe(415);
  });
});

describe('close() of listen()', () => {
  it('does not wait for a connection on which nothing was sent, but for a request that has begun', async () => {
    const answers: (() => void)[] = [];
    const server = await listen((_request, response) => void answers.push(() => response.end('late')), { PORT: 0, HOST: '127.0.0.1' });
    const { port } = server.address();
    const spare = talk(port);
    await new Promise((resolve) => spare.socket.once('connect', resolve));
    const asking = talk(port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await eventually(async () => answers.length === 1);
    let closed = false;
    const closing = server.close().then(() => {
      closed = true;
    });
    expect(await spare.closed()).toBe('');
    expect(closed).toBe(false);
    answers[0]?.();
    await closing;
    expect(asking.text()).toContain('late');
  });
});

describe('listen() with clients that do nothing', () => {
  let listening: Listening;
  let app: RequestListener;
  const port = (): number => (listening.address() as AddressInfo).port;
  beforeAll(async () => {
    listening = await listen((request, response) => app(request, response), {
      PORT: 0,
      HOST: '127.0.0.1',
      // longer than a busy test process may hold its own reading up
      stallTimeoutMs: 1000,
      connectionsMax: 3,
    });
  });
  afterAll(() => listening.close());
  const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

  it('ends the connection of one that takes nothing of its answer', async () => {
    const bytes = 64 << 20;
    const ended = new Promise<void>((resolve) => {
      app = (_request, response) => void response.once('close', resolve).end(Buffer.alloc(bytes));
    });
    const { socket, closed } = talk(port(), GET);
    socket.pause();
    await ended;
    socket.resume();
    // what the system's buffers held when it ended
    expect((await closed()).length).toBeLessThan(bytes);
  });

  it('lets one have its answer that takes it slowly, and one whose answer takes long', async () => {
    const bytes = 8 << 20;
    app = (_request, response) => void setTimeout(() => response.end(Buffer.alloc(bytes)), 1500);
    const { socket, text, closed } = talk(port(), GET.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
    const turn = setInterval(() => (socket.isPaused() ? socket.resume() : socket.pause()), 20);
    await closed();
    clearInterval(turn);
    expect(text().length).toBeGreaterThan(bytes);
  });

  it('closes connections beyond its limit at once', async () => {
    app = (_request, response) => void response.end('ok');
    const kept = [1, 2, 3].map(() => talk(port(), GET));
    await Promise.all(kept.map(({ until }) => until(/ok/)));
    expect(await talk(port(), GET).closed()).toBe('');
    for (const { socket } of kept) socket.destroy();
    await eventually(
      async () => statusesOf(await talk(port(), GET.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')).closed())[0] === 200,
    );
  });
});

/** Chunks as Node's parser cuts them out of what it read. */
function requestOf(chunks: Iterable<Buffer>): IncomingMessage {
  return Object.assign(Readable.from(chunks, { objectMode: false, highWaterMark: 1 }), {
    headers: {},
    complete: true,
  }) as unknown as IncomingMessage;
}

describe('readBody()', () => {
  it('holds about as many bytes as came, whatever chunks they came in', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const count = 2000;
    const used = (): number => {
      collectGarbage();
      return process.memoryUsage().arrayBuffers;
    };
    const before = used();
    let most = 0;
    function* bytes(): Generator<Buffer> {
      for (let n = 0; n < count; n += 1) {
        if (n === count - 1) most = used() - before;
        yield Buffer.allocUnsafeSlow(65_536)
          .fill(97)
          .subarray(n, n + 1);
      }
    }
    expect((await readBody(requestOf(bytes()), BODY_BYTES_MAX)).toString()).toBe('a'.repeat(count));
    // each byte was cut from 64 kB: 131 MB, of which the collector may leave some for later
    expect(most).toBeLessThan(40e6);
  });

  it('gives the bytes of any chunks in their order', async () => {
    for (const sizes of [[], [0], [5], [1, 1, 1], [4095, 1, 1], [1, 5000, 3], [3000, 3000, 3000]]) {
      const chunks = sizes.map((size, n) => Buffer.alloc(size, 97 + n));
      expect(await readBody(requestOf(chunks), BODY_BYTES_MAX)).toEqual(Buffer.concat(chunks));
    }
  });

  it('takes no more at a time than all bodies together may have, and goes on when some are read', async () => {
    const chunk = Buffer.alloc(4 << 20);
    const open = Array.from({ length: READING_BYTES_MAX / chunk.length }, () => {
      const request = Object.assign(new Readable({ read: () => undefined }), { headers: {}, complete: true });
      const read = readBody(request as unknown as IncomingMessage, 8 << 20);
      request.push(chunk);
      return { request, read };
    });
    await new Promise((resolve) => setImmediate(resolve));
    await expect(readBody(requestOf([Buffer.from('x')]), 8 << 20)).rejects.toMatchObject({ code: 'queue-full' });
    for (const { request } of open) request.push(null);
    await Promise.all(open.map(({ read }) => read));
    expect((await readBody(requestOf([Buffer.from('x')]), 8 << 20)).toString()).toBe('x');
  });
});
