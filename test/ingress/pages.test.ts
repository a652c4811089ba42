/** The reference and the pages: what they name is served, and what is served is named. */
import { describe, expect, it } from '@jest/globals';
import { ROUTES } from '../../src/console/routes.ts';
import type { Flow } from '../../src/domain/flow.ts';
import { verdictRequest } from '../../src/wire/approval.ts';
import { storedEvent } from '../../src/wire/event.ts';
import { batchResults, receipt } from '../../src/wire/receipt.ts';
import { ledger } from '../support/flows.ts';
import { ask, BATCH, eventOf, post } from '../support/http.ts';
import { ingressOfFile } from '../support/ingressOfFile.ts';

const flows: Flow[] = [{ ...ledger, title: '<script>alert(1)</script> & "more"' } as Flow];
const ingress = ingressOfFile({ flows });

describe('GET /openapi.json', () => {
  it('is OpenAPI 3.1 whose references all lead somewhere', async () => {
    const { json, text } = await ask(`${ingress.url}/openapi.json`);
    expect(json.openapi).toMatch(/^3\.1/);
    const names = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) expect(json.components.schemas).toHaveProperty(name as string);
    expect(json.paths['/v1/decisions'].get.parameters.map(({ name }: { name: string }) => name).sort()).toEqual([
      'after',
      'flow',
      'last',
      'limit',
      'outcome',
      'subject',
    ]);
    expect(json.components.schemas.VerdictRequest.additionalProperties).toBe(false);
  });

  it('describes what is answered', async () => {
    const { json } = await post(ingress.url, eventOf());
    expect(receipt.strict().safeParse(json).error).toBeUndefined();
    expect(storedEvent.strict().safeParse((await ask(`${ingress.url}${json.links.event}`)).json).error).toBeUndefined();
    expect(verdictRequest.safeParse({ verdict: 'approve', reason: 'x', more: 1 }).success).toBe(false);
  });

  // it said a receipt alone, so that a client made from it could not read any batch's answer
  it('describes the answer to a batch beside the one to an event', async () => {
    const batch = await post(ingress.url, [eventOf({ id: 'two' }), 5], { 'content-type': BATCH });
    expect(batch.status).toBe(202);
    expect(batchResults.safeParse(batch.json).error).toBeUndefined();
    const { paths, components } = (await ask(`${ingress.url}/openapi.json`)).json;
    const { $ref } = paths['/v1/events'].post.responses[202].content['application/json'].schema;
    const { anyOf } = components.schemas[$ref.split('/').at(-1)];
    expect(anyOf).toEqual([{ $ref: '#/components/schemas/Receipt' }, { $ref: '#/components/schemas/BatchResults' }]);
  });

  it('names every type that decisions come in', async () => {
    const { content } = (await ask(`${ingress.url}/openapi.json`)).json.paths['/v1/decisions'].get.responses[200];
    for (const accept of Object.keys(content)) {
      const { headers } = await ask(`${ingress.url}/v1/decisions`, { headers: { accept } });
      expect(headers.get('content-type')).toMatch(new RegExp(`^${accept};`));
    }
    expect(Object.keys(content)).toEqual(['application/json', 'application/x-ndjson']);
  });
});

describe('pages', () => {
  it('/docs is a page that runs and fetches nothing', async () => {
    const { status, headers, text } = await ask(`${ingress.url}/docs`);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('text/html');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    // an example may name an address: it is text
    expect(text.replace(/<pre>.*?<\/pre>/gs, '')).not.toMatch(/<script|src=|https?:\/\/(?!web\.example)/);
    expect(headers.get('x-powered-by')).toBeNull();
  });

  it('/docs lists every route', async () => {
    const { text } = await ask(`${ingress.url}/docs`);
    for (const { path } of ROUTES) expect(text).toContain(path.replace(/:(\w+)/g, '{$1}'));
  });

  it('/docs explains every code where problems point to', async () => {
    const { json } = await ask(`${ingress.url}/v1/nothing`);
    const { text } = await ask(`${ingress.url}/docs`);
    expect(text).toContain(`id="${json.type.split('#')[1]}"`);
  });

  it('/docs shows what to send to a route, and links the schema of the data of each event type', async () => {
    const { text } = await ask(`${ingress.url}/docs`);
    const post = text.slice(text.indexOf('id="post-/v1/events"'), text.indexOf('id="get-/v1/events"'));
    expect(post).toContain('POST /v1/events\nauthorization: Bearer sbx_...\ncontent-type: application/cloudevents+json\n\n{\n');
    expect(post).toContain('content-type: application/json\nce-specversion: 1.0');
    expect(post).toContain('<a href="#type-amount.booked">amount.booked</a>');
    expect(text).toContain('id="type-amount.booked"');
    expect(text).toContain('GET /v1/events/evt_fraud.17\n');
  });

  it('/docs says for each code what to do', async () => {
    const { text } = await ask(`${ingress.url}/docs`);
    expect(text).toContain('The same identity was accepted with other content. The first event stays. Use a new id for other content.');
  });

  it('/docs shows code as code, and every shape that an answer names is there', async () => {
    const { text } = await ask(`${ingress.url}/docs`);
    expect(text).toContain('<code>wait=N</code>: wait up to N seconds');
    const shown = text.replace(/<pre>.*?<\/pre>/gs, '');
    expect(shown).not.toContain('`');
    const named = [...shown.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    expect(named).toContain('schema-Receipt');
    for (const id of named) expect(text).toContain(`id="${id}"`);
  });

  it('/healthz, /readyz and /metrics answer', async () => {
    expect((await ask(`${ingress.url}/healthz`)).status).toBe(200);
    expect((await ask(`${ingress.url}/readyz`)).json.ready).toBe(true);
    expect((await ask(`${ingress.url}/metrics`)).text).toContain('# TYPE signalbox_');
  });
});
