/**
 * The table of routes: what stands there is what is served, documented and guarded. The bugs this hunts: a route that the document does not know, an example that
 * its own schema refuses, a route that a key of another scope opens, a misspelt parameter that means nothing.
 */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { ROUTES } from '../../src/console/routes.ts';
import { SCOPES, type Scope } from '../../src/domain/caller.ts';
import { type Route, templateOf } from '../../src/ingress/routes/route.ts';
import { createKey } from '../../src/log/keys.ts';
import { expectProblem } from '../support/expectProblem.ts';
import { ledger } from '../support/flows.ts';
import { type Answer, ask } from '../support/http.ts';
import { ingressOfFile } from '../support/ingressOfFile.ts';

const ingress = ingressOfFile({ flows: [ledger], auth: 'keys' });

const named = (routes: readonly Route[]) => routes.map((one) => [`${one.method} ${one.path}`, one] as const);
const all = named(ROUTES);
/** Parameters of the path filled in with what the document shows. */
const addressOf = ({ path, params = {} }: Route): string =>
  path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String((params[name]?.meta()?.examples as string[] | undefined)?.[0])));
const send = (route: Route, headers: Record<string, string> = {}, query = ''): Promise<Answer> =>
  ask(`${ingress.url}${addressOf(route)}${query}`, { method: route.method, headers });

async function bearer(name: string, tenant: string, ...scopes: Scope[]): Promise<Record<string, string>> {
  const key = await createKey(ingress.pool, { tenant, name, scopes });
  if (key === null) throw new Error(`The name ${name} is taken`);
  return { authorization: `Bearer ${key}` };
}

const keys = new Map<Scope, Record<string, string>>();
// biome-ignore lint/suspicious/noExplicitAny: a document of any form
let document: any;
beforeAll(async () => {
  for (const scope of SCOPES) keys.set(scope, await bearer(scope, 'default', scope));
  document = (await ask(`${ingress.url}/openapi.json`)).json;
});
const keyOf = (scope: Scope): Record<string, string> => keys.get(scope) ?? {};

describe('each route of the table', () => {
  it.each(all)('%s is served', async (_name, route) => {
    const answer = await send(route, keyOf('admin'));
    expect([401, 403, 405, 500]).not.toContain(answer.status);
    // a path that nobody serves says so by its name
    expect(answer.text).not.toContain('There is nothing at');
  });

  it.each(all)('%s is documented: a name, a group, its parameters, and an example of every body and answer', (_name, route) => {
    const operation = document.paths[templateOf(route.path)][route.method.toLowerCase()];
    expect(operation).toMatchObject({ operationId: route.id, tags: [route.tag], summary: route.summary });
    const inPath = operation.parameters.filter((one: { in: string }) => one.in === 'path').map(({ name }: { name: string }) => name);
    expect(inPath).toEqual([...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name));
    const contents = [operation.requestBody, ...Object.values(operation.responses)].flatMap((one) => Object.values(one?.content ?? {}));
    expect(contents.length).toBeGreaterThan(1);
    for (const content of contents) {
      expect(content).toHaveProperty('schema');
      expect(Object.keys(content as object).some((name) => name.startsWith('example'))).toBe(true);
    }
  });

  it.each(all)('%s has examples that its own schemas take', (_name, { body, answers }) => {
    for (const { schema, example } of Object.values(body?.content ?? {})) expect(schema.safeParse(example).error).toBeUndefined();
    for (const { schema, example, otherExamples = {}, lines } of Object.values(answers)) {
      for (const one of [example, ...Object.values(otherExamples)]) expect(schema?.safeParse(one).error).toBeUndefined();
      for (const line of lines?.example.trimEnd().split('\n') ?? [])
        expect(lines?.schema.safeParse(JSON.parse(line)).error).toBeUndefined();
    }
  });

  it.each(all)('%s opens to its own scopes and to admin alone', async (_name, route) => {
    const nobody = await send(route);
    if (route.scopes.length > 0) return expectGuarded(route, nobody);
    expect([401, 403]).not.toContain(nobody.status);
  });

  async function expectGuarded(route: Route, nobody: Answer): Promise<void> {
    expectProblem(nobody, 401);
    for (const scope of SCOPES) {
      const { status } = await send(route, keyOf(scope));
      const may = scope === 'admin' || route.scopes.includes(scope);
      expect([scope, status === 403]).toEqual([scope, !may]);
    }
  }

  it.each(all.filter(([, { query }]) => query !== 'any'))('%s refuses a parameter that it does not know', async (_name, route) => {
    const answer = await send(route, keyOf('admin'), '?zzz=1');
    expectProblem(answer, 400);
    expect(answer.json).toMatchObject({
      code: 'bad-query',
      errors: expect.arrayContaining([{ pointer: '/zzz', detail: 'is unknown here' }]),
    });
  });

  it.each(all)('%s is the only method of its path, but for those beside it: 405 with Allow', async (_name, { path }) => {
    const methods = ROUTES.filter((one) => one.path === path).map(({ method }) => method);
    const answer = await ask(`${ingress.url}${path.replace(/:\w+/g, 'x')}`, { method: 'DELETE' });
    expectProblem(answer, 405);
    const allowed = answer.headers.get('allow')?.split(', ') ?? [];
    expect(allowed.filter((method) => method !== 'HEAD').sort()).toEqual([...methods].sort());
    expect(allowed.includes('HEAD')).toBe(methods.includes('GET'));
  });
});

describe('serveRoutes()', () => {
  it('says which parameter was probably meant', async () => {
    const { json } = await ask(`${ingress.url}/v1/decisions?outcom=x&limt=5`, { headers: keyOf('read') });
    expect(json.errors).toEqual([
      { pointer: '/outcom', detail: 'is unknown here (did you mean outcome?)' },
      { pointer: '/limt', detail: 'is unknown here (did you mean limit?)' },
    ]);
  });

  it('answers OPTIONS with the methods of the path', async () => {
    const answer = await ask(`${ingress.url}/v1/events`, { method: 'OPTIONS' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([204, 'GET, HEAD, POST']);
  });

  it('ignores what a probe, a mail program or a browser adds to the address of a page', async () => {
    for (const path of ['/healthz', '/readyz', '/docs', '/']) expect((await ask(`${ingress.url}${path}?utm_source=mail`)).status).toBe(200);
  });
});

describe('GET /metrics', () => {
  it('shows the figures of its tenant to no key of another, but to an admin', async () => {
    const path = `${ingress.url}/metrics`;
    expect((await ask(path, { headers: keyOf('read') })).status).toBe(200);
    const foreign = await ask(path, { headers: await bearer('foreign reader', 'acme', 'read') });
    expectProblem(foreign, 403);
    expect(foreign.text).not.toContain('signalbox_events');
    expect((await ask(path, { headers: await bearer('foreign admin', 'acme', 'admin') })).status).toBe(200);
  });
});

describe('GET /openapi.json', () => {
  it('gives each operation a name of its own', () => {
    const ids = ROUTES.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(Object.values(document.paths).flatMap((path) => Object.keys(path as object))).toHaveLength(ROUTES.length);
  });

  it('lets an optional attribute of an event be null, as the edge does', () => {
    const { properties, required } = document.components.schemas.CloudEvent;
    expect(required).toEqual(['specversion', 'id', 'source', 'type']);
    for (const name of ['subject', 'time', 'expirytime', 'datacontenttype', 'dataschema', 'data_base64'])
      expect(JSON.stringify(properties[name])).toContain('"null"');
  });

  it('describes lines as text that holds an item a line, beside the page', () => {
    const { content } = document.paths['/v1/decisions'].get.responses[200];
    expect(content['application/json'].schema).toEqual({ $ref: '#/components/schemas/DecisionList' });
    expect(content['application/x-ndjson'].schema).toMatchObject({
      type: 'string',
      contentSchema: { $ref: '#/components/schemas/DecisionItem' },
    });
  });

  it('defines every property that it requires', () => {
    const look = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      const { required, properties } = value as { required?: unknown; properties?: object };
      if (Array.isArray(required)) expect(Object.keys(properties ?? {})).toEqual(expect.arrayContaining(required));
      for (const member of Object.values(value)) look(member);
    };
    look(document.components.schemas);
    look(
      Object.values(document.paths).map((path) =>
        Object.values(path as object).map(({ parameters, requestBody }) => [parameters, requestBody]),
      ),
    );
    const { schema } = document.paths['/approve/{token}'].post.requestBody.content['application/x-www-form-urlencoded'];
    expect(schema).toEqual({ $ref: '#/components/schemas/VerdictForm' });
    expect(document.components.schemas.VerdictForm.properties).toHaveProperty('verdict');
  });
});
