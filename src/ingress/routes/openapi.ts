/** The API as an OpenAPI 3.1 document, made from the table of routes and the schemas that requests are parsed by. */
import { z } from 'zod';
import { ERRORS } from '../../domain/errors.ts';
import { problemExample } from '../../wire/examples.ts';
import { problem } from '../../wire/problem.ts';
import { NAMED } from './openapiNames.ts';
import { type Answered, NDJSON, type RequestBody, type Route, TAGS, templateOf } from './route.ts';

type Members = Record<string, unknown>;

const NAME_OF = new Map<z.ZodType, string>(Object.entries(NAMED).map(([name, schema]) => [schema, name]));

/** What a name is given to is referred to by it. */
export const nameOf = (schema: z.ZodType | undefined): string | undefined => (schema === undefined ? undefined : NAME_OF.get(schema));

/** As input: an answer may have more members some day, and only what a caller sends is closed. */
function inline(schema: z.ZodType): Members {
  const { $schema, ...members } = z.toJSONSchema(schema, { io: 'input' }) as Members;
  return members;
}

function schemaOf(schema: z.ZodType): Members {
  const name = nameOf(schema);
  return name === undefined ? inline(schema) : { $ref: `#/components/schemas/${name}` };
}

const aboutText = (description: string) => ({ description, schema: { type: 'string' } });

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: true;
  readonly description?: string;
  readonly schema: Members;
}

export function parametersOf({ params = {}, query, headers = {} }: Route): Parameter[] {
  const inPath = Object.entries(params).map(([name, schema]) => ({ name, in: 'path', required: true, schema: inline(schema) }) as const);
  const known = query === undefined || query === 'any' ? {} : ((inline(query).properties ?? {}) as Record<string, Members>);
  const inQuery = Object.entries(known).map(([name, schema]) => ({ name, in: 'query', schema }) as const);
  const inHeaders = Object.entries(headers).map(([name, about]) => ({ name, in: 'header', ...aboutText(about) }) as const);
  return [...inPath, ...inQuery, ...inHeaders];
}

/** Lines are text for whoever reads them whole; the schema is that of each line. */
function linesContent({ schema, example }: NonNullable<Answered['lines']>): object {
  const text = { type: 'string', description: 'One of the content schema a line', contentMediaType: NDJSON };
  return { schema: { ...text, contentSchema: schemaOf(schema) }, example };
}

function examplesOf({ example, otherExamples }: Answered): object {
  if (otherExamples === undefined) return { example };
  const named = Object.entries({ one: example, ...otherExamples }).map(([name, value]) => [name, { value }]);
  return { examples: Object.fromEntries(named) };
}

function responseOf(answered: Answered): object {
  const { description, schema, type = 'application/json', lines, headers = {} } = answered;
  const content = {
    [type]: { schema: schema === undefined ? { type: 'string' } : schemaOf(schema), ...examplesOf(answered) },
    ...(lines === undefined ? {} : { [NDJSON]: linesContent(lines) }),
  };
  const said = Object.entries(headers).map(([name, about]) => [name, aboutText(about)]);
  return { description, content, ...(said.length === 0 ? {} : { headers: Object.fromEntries(said) }) };
}

const limitsOf = ({ content }: RequestBody<unknown>): string =>
  `Inflated, at most ${Object.entries(content)
    .map(([type, { bytesMax }]) => `${bytesMax} bytes of ${type}`)
    .join(', ')}`;

function operationOf(route: Route): object {
  const { id, tag, summary, scopes, body, answers, refusesInHtml } = route;
  const content = Object.entries(body?.content ?? {}).map(([type, { schema, example }]) => [type, { schema: schemaOf(schema), example }]);
  const responses = Object.entries(answers).map(([status, answered]) => [status, responseOf(answered)]);
  const refusal = {
    'application/problem+json': { schema: schemaOf(problem), example: problemExample },
    ...(refusesInHtml === true ? { 'text/html': { schema: { type: 'string' }, example: '<!doctype html>' } } : {}),
  };
  return {
    operationId: id,
    tags: [tag],
    summary,
    parameters: parametersOf(route),
    ...(body === undefined ? {} : { requestBody: { required: true, description: limitsOf(body), content: Object.fromEntries(content) } }),
    responses: { ...Object.fromEntries(responses), default: { description: 'A refusal', content: refusal } },
    // any one of them will do
    security: scopes.map((scope) => ({ key: [scope] })),
  };
}

function componentSchemas(): Record<string, Members> {
  const registry = z.registry<{ id: string }>();
  for (const [name, schema] of Object.entries(NAMED)) registry.add(schema, { id: name });
  const { schemas } = z.toJSONSchema(registry, { io: 'input', uri: (name) => `#/components/schemas/${name}` });
  return Object.fromEntries(Object.entries(schemas).map(([name, { $schema, $id, ...schema }]) => [name, schema]));
}

export function openApiDocument(routes: readonly Route[]) {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = templateOf(route.path);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: '3.1.1',
    info: { title: 'Signalbox', version: '1', description: 'Turns business events into durable AI decisions.' },
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: componentSchemas(),
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: '`sbx_...`; none needed with auth off' } },
    },
    'x-problem-codes': ERRORS,
  };
}
