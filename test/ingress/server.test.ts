/** What is refused before any route: broken framing, slow senders, strangers. The bugs this hunts: an empty or foreign answer, a connection that stays open for ever. */
import { describe, expect, it } from '@jest/globals';
import { ledger } from '../support/flows.ts';
import { eventOf, post, STRUCTURED, sendRaw } from '../support/http.ts';
import { ingressOfFile } from '../support/ingressOfFile.ts';

const ingress = ingressOfFile({ flows: [ledger], server: { requestTimeoutMs: 1500, headersTimeoutMs: 1000 } });

describe('listen() answers in one shape what never reaches a route', () => {
  const get = (more: string, path = '/healthz'): string => `GET ${path} HTTP/1.1\r\n${more}\r\n`;
  const posted = (headers: string, body = ''): string =>
    `POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: ${STRUCTURED}\r\n${headers}\r\n${body}`;
  it.each([
    ['no Host', get(''), 400],
    ['two Hosts', get('Host: 127.0.0.1\r\nHost: localhost\r\n'), 400],
    ['headers over 16 kB', get(`Host: 127.0.0.1\r\nX: ${'x'.repeat(17_000)}\r\n`), 431],
    ['an address over 8 kB', get('Host: 127.0.0.1\r\n', `/${'x'.repeat(8200)}`), 414],
    ['an address over 16 kB', get('Host: 127.0.0.1\r\n', `/${'x'.repeat(20_000)}`), 414],
    ['an expectation', get('Host: 127.0.0.1\r\nExpect: x\r\n'), 417],
    ['Content-Length and Transfer-Encoding', posted('Content-Length: 2\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'), 400],
    ['two Content-Lengths', posted('Content-Length: 2\r\nContent-Length: 3\r\n', '{}'), 400],
    ['a bad chunk', posted('Transfer-Encoding: chunked\r\n', 'zz\r\n'), 400],
    ['not HTTP', 'hello\r\n\r\n', 400],
    ['a chunked body without an end', posted('Transfer-Encoding: chunked\r\n', '2\r\n{}\r\n'), 408],
    ['a body shorter than it says', posted('Content-Length: 100\r\n', '{}'), 408],
    ['headers without an end', 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n', 408],
    ['a broken percent-encoding in the path', get('Host: 127.0.0.1\r\n', '/v1/events/%ff'), 400],
  ])('%s', async (_name, bytes, status) => {
    const answer = await sendRaw(ingress.port, bytes);
    expect({ status: answer.status, answer }).toEqual({ status, answer: expect.anything() });
    expect(answer.headers).toMatch(/application\/problem\+json/i);
    expect(JSON.parse(answer.body).status).toBe(status);
  });
});

describe('createHostCheck() with auth off serves this machine alone', () => {
  const host = (name: string): string => `GET /v1/flows HTTP/1.1\r\nHost: ${name}\r\n\r\n`;
  it.each([
    ['localhost', 200],
    ['LOCALHOST:8080', 200],
    ['127.0.0.1:1', 200],
    ['127.1.2.3', 200],
    ['[::1]:8080', 200],
    ['evil.example', 403],
    ['127.0.0.1.evil.example', 403],
    ['localhost.evil.example:8080', 403],
    ['evil.example:127.0.0.1', 403],
  ])('Host %s: %i', async (name, status) => {
    expect((await sendRaw(ingress.port, host(name))).status).toBe(status);
  });

  it.each([
    ['http://localhost:5173', 202],
    ['http://[::1]', 202],
    ['http://evil.example', 403],
    ['http://localhost@evil.example', 403],
    ['null', 403],
  ])('Origin %s: %i', async (origin, status) => {
    expect((await post(ingress.url, eventOf({ id: `origin-${origin.replace(/\W/g, '')}` }), { origin })).status).toBe(status);
  });
});
