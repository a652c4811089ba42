/** What is traced at all, and that nothing is loaded where nothing is. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { parseTraceparent, printTraceparent, storedTrace } from '../../src/domain/tracer.ts';
import { openTracer } from '../../src/run/openTracer.ts';
import { spanOf } from '../../src/run/spanIds.ts';
import { readSampler } from '../../src/run/traceSampler.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = `00-${TRACE}-b7ad6b7169203331-01`;
const parent = (sampled: boolean) => ({ trace: TRACE, span: 'b7ad6b7169203331', sampled });

describe('storedTrace()', () => {
  it.each([
    ['an attribute', `{"specversion":"1.0","id":"a \\"1\\"","n":5,"b":true,"traceparent":"${PARENT}","data":{}}`, TRACE],
    ['none', '{"specversion":"1.0","id":"a","data":{}}', undefined],
    ["one in the data, which is anybody's", `{"specversion":"1.0","id":"a","data":{"x":1,"traceparent":"${PARENT}"}}`, undefined],
    ['one in a text', `{"specversion":"1.0","id":"\\",\\"traceparent\\":\\"${PARENT}\\""}`, undefined],
  ])('%s', (_name, body, trace) => {
    expect(storedTrace(body)?.trace).toBe(trace);
  });

  it('prints what it reads', () => {
    const read = parseTraceparent(PARENT);
    expect(read === null ? null : printTraceparent(read)).toBe(PARENT);
    for (const bad of ['', 'x', PARENT.replaceAll('0', 'g'), `00-${'0'.repeat(32)}-b7ad6b7169203331-01`, 5])
      expect(parseTraceparent(bad)).toBeNull();
  });
});

describe('spanOf()', () => {
  it('is the same for the same, and another for another', () => {
    expect(spanOf(TRACE, 'evt_fraud.1', 'case')).toBe(spanOf(TRACE, 'evt_fraud.1', 'case'));
    expect(spanOf('a', 'b')).not.toBe(spanOf('ab'));
    expect(spanOf(TRACE)).toMatch(/^[0-9a-f]{16}$/);
  });
});

describe('readSampler()', () => {
  it.each([
    [{}, true, true, false],
    [{ OTEL_TRACES_SAMPLER: 'always_on' }, true, true, true],
    [{ OTEL_TRACES_SAMPLER: 'always_off' }, false, false, false],
    [{ OTEL_TRACES_SAMPLER: 'parentbased_always_off' }, false, true, false],
    [{ OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' }, false, true, false],
    [{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '1' }, true, true, true],
  ])('%j: a first span %s, under a sampled one %s, under another %s', (environment, first, sampled, unsampled) => {
    const samples = readSampler(environment);
    expect([samples(null, TRACE), samples(parent(true), TRACE), samples(parent(false), TRACE)]).toEqual([first, sampled, unsampled]);
  });

  it('keeps about the share that it is told', () => {
    const samples = readSampler({ OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' });
    const kept = Array.from({ length: 2000 }, (_, nth) => spanOf('trace', nth) + spanOf('more', nth)).filter((trace) =>
      samples(null, trace),
    );
    expect(kept.length).toBeGreaterThan(400);
    expect(kept.length).toBeLessThan(600);
  });

  it.each([[{ OTEL_TRACES_SAMPLER: 'sometimes' }], [{ OTEL_TRACES_SAMPLER_ARG: '2' }], [{ OTEL_TRACES_SAMPLER_ARG: 'many' }]])(
    'refuses %j',
    (environment) => {
      expect(() => readSampler(environment)).toThrow(/^Cannot sample by OTEL_TRACES_SAMPLER/);
    },
  );
});

describe('openTracer()', () => {
  it.each([
    [{}],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_SDK_DISABLED: 'true' }],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_TRACES_EXPORTER: 'none' }],
  ])('is none with %j', async (environment) => {
    expect(await openTracer('test', environment)).toBeNull();
  });

  it('sends what waits when it closes, to where the settings say', async () => {
    const heard: { url: string | undefined; type: string | undefined; bytes: Buffer }[] = [];
    const collector = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      heard.push({ url: request.url, type: request.headers['content-type'], bytes: Buffer.concat(chunks) });
      response.end();
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
    // the exporter reads the environment of the process
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = endpoint;
    try {
      const tracer = await openTracer('test-service');
      const context = tracer?.begin(parent(true));
      expect(context?.trace).toBe(TRACE);
      if (context == null) throw new Error('not sampled');
      tracer?.ended({ name: 'a span', kind: 'server', context, parent: parent(true), startMs: 1000, endMs: 2000, attributes: { a: 1 } });
      await tracer?.close();
      expect(heard).toHaveLength(1);
      expect(heard[0]).toMatchObject({ url: '/v1/traces', type: 'application/x-protobuf' });
      const text = heard[0]?.bytes.toString('latin1') ?? '';
      for (const part of [
        'a span',
        'test-service',
        Buffer.from(TRACE, 'hex').toString('latin1'),
        Buffer.from(context.span, 'hex').toString('latin1'),
      ])
        expect(text).toContain(part);
    } finally {
      delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
      await new Promise((resolve) => collector.close(resolve));
    }
  });
});
