/**
 * Every way in which a request can be wrong, with the status that it gets, one shape of problem, and no row left behind.
 * The bugs this hunts: a 500 or a dead process, a stack in an answer, an event that was refused and stored all the same.
 */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { expectProblem } from '../support/expectProblem.ts';
import { ledger, parcel } from '../support/flows.ts';
import { type Answer, ask, BATCH, eventOf, post, STRUCTURED, sendRaw } from '../support/http.ts';
import { ingressOfFile } from '../support/ingressOfFile.ts';

const ingress = ingressOfFile({ flows: [ledger, parcel], server: { requestTimeoutMs: 1500, headersTimeoutMs: 1000 } });

const count = async (): Promise<number> => {
  const { rows } = await ingress.pool.query("select count(*) as n from entries where kind = 'event'");
  return rows[0].n;
};

const text = (more: object = {}): string => JSON.stringify(eventOf(more));
const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;

/** Name, body, status, and where an error points. */
const STRUCTURED_CASES: readonly (readonly [string, string | Buffer, number, string?])[] = [
  ['specversion missing', text({ specversion: undefined }), 400, '/specversion'],
  ['specversion 0.3', text({ specversion: '0.3' }), 400, '/specversion'],
  ['specversion 9000.1', text({ specversion: '9000.1' }), 400, '/specversion'],
  ['id missing', text({ id: undefined }), 400, '/id'],
  ['id null', text({ id: null }), 400, '/id'],
  ['id empty', text({ id: '' }), 400, '/id'],
  ['id a number', text({ id: 25 }), 400, '/id'],
  ['id with a newline', text({ id: 'a\nb' }), 400, '/id'],
  ['id with U+009F', text({ id: 'a\u009f' }), 400, '/id'],
  ['id with half a surrogate pair', text({ id: 'a\ud800' }), 400, '/id'],
  ['id with a noncharacter', text({ id: 'a\ufdd0' }), 400, '/id'],
  ['id of 1,025 bytes', text({ id: 'x'.repeat(1025) }), 400, '/id'],
  ['id of 600 characters of three bytes', text({ id: '€'.repeat(600) }), 400, '/id'],
  ['source of 600 characters of three bytes', text({ source: '€'.repeat(600) }), 400, '/source'],
  ['type missing', text({ type: undefined }), 400, '/type'],
  ['type empty', text({ type: '' }), 400, '/type'],
  ['type of 257 bytes', text({ type: 'x'.repeat(257) }), 400, '/type'],
  ['source missing', text({ source: undefined }), 400, '/source'],
  ['source empty', text({ source: '' }), 400, '/source'],
  ['source no URI reference', text({ source: 'two words' }), 400, '/source'],
  ['subject empty', text({ subject: '' }), 400, '/subject'],
  ['time is lunchtime', text({ time: 'lunchtime' }), 400, '/time'],
  ['time without seconds', text({ time: '2026-01-01T10:00Z' }), 400, '/time'],
  ['time with offset +25:00', text({ time: '2026-01-01T10:00:00+25:00' }), 400, '/time'],
  ['time with offset +05', text({ time: '2026-01-01T10:00:00+05' }), 400, '/time'],
  ['time in the year 0', text({ time: '0000-01-01T10:00:00Z' }), 400, '/time'],
  ['time on 30 February', text({ time: '2026-02-30T10:00:00Z' }), 400, '/time'],
  ['time with a leap second at noon', text({ time: '2026-01-01T12:00:60Z' }), 400, '/time'],
  ['expirytime tomorrow', text({ expirytime: 'tomorrow' }), 400, '/expirytime'],
  ['datacontenttype xyz', text({ datacontenttype: 'xyz' }), 400, '/datacontenttype'],
  ['dataschema empty', text({ dataschema: '' }), 400, '/dataschema'],
  ['dataschema relative', text({ dataschema: 'schema' }), 400, '/dataschema'],
  ['dataschema of 4,097 bytes', text({ dataschema: `a:${'x'.repeat(4095)}` }), 400, '/dataschema'],
  ['dataschema with a bad end', text({ dataschema: `a://${'a'.repeat(4000)}^` }), 400, '/dataschema'],
  ['a name with a capital', text({ methodName: 'x' }), 400, '/methodName'],
  ['a name with a dash', text({ 'my-ext': 'x' }), 400, '/my-ext'],
  ['a name with a dot', text({ 'my.ext': 'x' }), 400, '/my.ext'],
  ['a name with an underscore', text({ my_ext: 'x' }), 400, '/my_ext'],
  ['a name of 65 characters', text({ ['x'.repeat(65)]: 'x' }), 400],
  ['a name __proto__', '{"__proto__":{"a":1},"specversion":"1.0","id":"p","source":"/p","type":"x"}', 400, '/__proto__'],
  ['an extension that is an object', text({ ext: {} }), 400, '/ext'],
  ['an extension that is a list', text({ ext: [] }), 400, '/ext'],
  ['an extension 1.5', text({ ext: 1.5 }), 400, '/ext'],
  ['an extension over 32 bits', text({ ext: 2_147_483_648 }), 400, '/ext'],
  ['data beside data_base64', text({ data_base64: 'e30=' }), 400, '/data_base64'],
  ['base64 with a space', text({ data: undefined, data_base64: 'e3 0=' }), 400, '/data_base64'],
  ['base64 without padding', text({ data: undefined, data_base64: 'e30' }), 400, '/data_base64'],
  ['base64 with stray bits', text({ data: undefined, data_base64: 'e31=' }), 400, '/data_base64'],
  ['base64 of JSON that is none', text({ data: undefined, datacontenttype: 'application/json', data_base64: 'e30x' }), 400],
  ['a number beyond a double', text().replace('"amount":1', '"amount":1e400'), 400],
  ['not JSON', '{"specversion":', 400],
  ['nothing', '', 400],
  ['bytes after the JSON', `${text()}x`, 400],
  ['a byte order mark', `\ufeff${text()}`, 400],
  ['invalid UTF-8', Buffer.concat([Buffer.from(text().slice(0, 30)), Buffer.from([0xc0, 0xa0]), Buffer.from(text().slice(30))]), 400],
  ['UTF-16', Buffer.from(text(), 'utf16le'), 400],
  ['a list in structured mode', `[${text()}]`, 400],
  ['a text in structured mode', '"event"', 400],
  ['null in structured mode', 'null', 400],
  ['data 65 levels deep', text().replace('"amount":1', `"amount":${deep(65)}`), 400],
  ['100,000 levels deep', deep(100_000), 400],
  ['data 100,000 levels deep', text().replace('"amount":1', `"amount":${deep(100_000)}`), 400],
  ['data off its schema', text({ data: { account: 'a', amount: 'much' } }), 422, '/data/amount'],
  ['data null where a flow needs some', text({ data: null }), 422, '/data'],
  ['a subject that is the place above', text({ data: { account: '..', amount: 1 } }), 422, '/data/account'],
  ['a subject that is this place', text({ data: { account: '.', amount: 1 } }), 422, '/data/account'],
  ['a subject with U+0000', text({ data: { account: 'a\u0000b', amount: 1 } }), 422, '/data/account'],
  ['a subject of half a surrogate pair', text({ data: { account: '\ud800', amount: 1 } }), 422, '/data/account'],
  ['over 1 MiB', text({ data: { account: 'a', amount: 1, note: 'x'.repeat(1 << 20) } }), 413],
];

describe('POST /v1/events', () => {
  // every row has four values: jest takes a parameter without one for a callback
  it.each(STRUCTURED_CASES.map(([name, body, status, pointer]) => [name, body, status, pointer ?? null] as const))(
    'refuses a structured event: %s',
    async (_name, body, status, pointer) => {
      const before = await count();
      const answer = await post(ingress.url, body);
      expectProblem(answer, status);
      if (pointer !== null) expect(answer.json.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer);
      expect(await count()).toBe(before);
    },
  );

  const binary = (more: Record<string, string>): Record<string, string> => ({
    'ce-specversion': '1.0',
    'ce-id': 'b',
    'ce-source': '/b',
    'ce-type': 'nobody.asked',
    'content-type': 'application/json',
    ...more,
  });
  it.each([
    ['an overlong header', binary({ 'ce-subject': 'a%C0%A0b' }), '{}', 400],
    ['a header cut in a character', binary({ 'ce-subject': 'a%E2%82' }), '{}', 400],
    ['a stray percent sign', binary({ 'ce-subject': '100%' }), '{}', 400],
    ['a quote without an end', binary({ 'ce-subject': '"a' }), '{}', 400],
    ['a header with a control character', binary({ 'ce-subject': 'a%00b' }), '{}', 400],
    ['an attribute named data', binary({ 'ce-data': 'x' }), '{}', 400],
    ['datacontenttype as a ce- header', binary({ 'ce-datacontenttype': 'text/plain' }), '{}', 400],
    ['a name with a dot', binary({ 'ce-my.ext': 'x' }), '{}', 400],
    ['an empty id', binary({ 'ce-id': '' }), '{}', 400],
    ['a content type that is none', binary({ 'content-type': 'xyz' }), '{}', 400],
    ['broken JSON', binary({}), '{', 400],
    ['a charset that is not UTF-8', binary({ 'content-type': 'application/json; charset=latin1' }), '{}', 415],
    ['no ce- header', { 'content-type': 'application/json' }, '{}', 415],
    ['text/csv', { 'content-type': 'text/csv' }, 'x', 415],
    ['Avro', { 'content-type': 'application/cloudevents+avro' }, 'x', 415],
    ['a structured charset that is not UTF-8', { 'content-type': `${STRUCTURED}; charset=utf-16` }, text(), 415],
    ['an unknown encoding', { 'content-type': STRUCTURED, 'content-encoding': 'zstd' }, text(), 415],
    ['an encoding that is not what it says', { 'content-type': STRUCTURED, 'content-encoding': 'gzip' }, text(), 400],
    ['a batch that is no list', { 'content-type': BATCH }, '{}', 400],
    ['a batch over 8 MiB', { 'content-type': BATCH }, `[${' '.repeat(8 << 20)}]`, 413],
  ])('refuses: %s', async (_name, headers, body, status) => {
    const before = await count();
    expectProblem(await ask(`${ingress.url}/v1/events`, { method: 'POST', headers, body }), status);
    expect(await count()).toBe(before);
  });

  it('names twenty faults of a thousand, of each event in a batch five', async () => {
    const names = Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`Bad${n}`, 1]));
    const answer = await post(ingress.url, eventOf(names));
    expectProblem(answer, 400);
    expect(answer.json.errors).toHaveLength(20);
    const batch = await ask(`${ingress.url}/v1/events`, {
      ...{ method: 'POST', headers: { 'content-type': BATCH } },
      body: JSON.stringify([eventOf(names), eventOf(names)]),
    });
    expectProblem(batch, 422);
    expect(batch.json.results.map(({ problem }: { problem: { errors: object[] } }) => problem.errors.length)).toEqual([5, 5]);
  });

  it('refuses a batch of more events than it takes, before it has read any', async () => {
    const before = await count();
    const body = `[${'{},'.repeat(200_000)}{}]`;
    const answer = await ask(`${ingress.url}/v1/events`, { method: 'POST', headers: { 'content-type': BATCH }, body });
    expectProblem(answer, 413);
    expect(answer.json.detail).toBe('A batch holds at most 5000 events');
    expect(await count()).toBe(before);
  });

  it('tells numbers apart that the log keeps apart', async () => {
    const sent = (account: string): Promise<{ status: number }> =>
      post(ingress.url, `{"specversion":"1.0","id":"long","source":"/long","type":"nobody.asked","data":{"account":${account}}}`);
    expect(await sent('10000000000000000001')).toMatchObject({ status: 202 });
    expectProblem((await sent('10000000000000000009')) as Answer, 409);
    expect(await sent('10000000000000000001.0')).toMatchObject({ status: 202, json: { duplicate: true } });
  });

  it('refuses a small body that inflates over the limit', async () => {
    const bomb = gzipSync(text({ data: { account: 'a', amount: 1, note: 'x'.repeat(1 << 20) } }));
    expectProblem(await post(ingress.url, bomb, { 'content-encoding': 'gzip' }), 413);
  });

  it('refuses a chunked body over the limit, and goes on answering on the connection', async () => {
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const head = `POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: ${STRUCTURED}\r\nTransfer-Encoding: chunked\r\n\r\n`;
    expect((await sendRaw(ingress.port, head, ...new Array<string>(17).fill(chunk), '0\r\n\r\n')).status).toBe(413);
    expect((await post(ingress.url, eventOf({ id: 'after-chunks' }))).status).toBe(202);
  });

  it('logs no error for what a caller did wrong', () => {
    expect(ingress.errors).toEqual([]);
  });
});
