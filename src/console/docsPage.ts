/** The reference: for each route what to send and what comes back, from the same table as the OpenAPI document. */
import { ERROR_HELP } from '../domain/errorHelp.ts';
import { ERRORS, type ErrorCode } from '../domain/errors.ts';
import type { Flow } from '../domain/flow.ts';
import { nameOf, openApiDocument, parametersOf } from '../ingress/routes/openapi.ts';
import { type Answered, type Route, TAGS, templateOf } from '../ingress/routes/route.ts';
import { typeSchemas } from '../ingress/routes/typeSchemas.ts';
import { cloudEvent } from '../wire/event.ts';
import { html, type Markup, page, prose } from './page.ts';

type Parameters = ReturnType<typeof parametersOf>;

const NOTHING = html``;

const shown = (example: unknown): string => (typeof example === 'string' ? example : JSON.stringify(example, null, 2));
const folded = (summary: string, text: string): Markup => html`<details><summary>${summary}</summary><pre>${text}</pre></details>`;

/** As a person would type it: parameters of the path filled in. */
function addressOf({ path }: Route, parameters: Parameters): string {
  const examples = new Map(parameters.map(({ name, schema }) => [name, (schema.examples as readonly string[] | undefined)?.[0]]));
  return path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(examples.get(name) ?? name));
}

/** A request as it goes over the wire, once for each type that its body may have. */
function requests(route: Route, parameters: Parameters): Markup {
  const line = `${route.method} ${addressOf(route, parameters)}`;
  const key = route.scopes.length === 0 ? '' : 'authorization: Bearer sbx_...\n';
  const bodies = Object.entries(route.body?.content ?? {});
  if (bodies.length === 0) return html`<p>Send:</p><pre>${`${line}\n${key}`.trimEnd()}</pre>`;
  const sent = bodies.map(
    ([type, { example, bytesMax }]) =>
      html`<p>Send, at most ${bytesMax} bytes:</p><pre>${`${line}\n${key}${headersOf(type)}\n\n${shown(example)}`}</pre>`,
  );
  return html`${sent}`;
}

/** Binary mode is no type: it is the data's, and attributes stand in headers. */
const headersOf = (type: string): string =>
  type === '*/*'
    ? 'content-type: application/json\nce-specversion: 1.0\nce-id: p-1\nce-source: /shop\nce-type: payment.attempted'
    : `content-type: ${type}`;

function answerMarkup(status: string, { description, schema, example, type = 'application/json', lines }: Answered): Markup {
  const name = nameOf(schema);
  const called = name === undefined ? NOTHING : html` (<a href="#schema-${name}">${name}</a>)`;
  const inLines = lines === undefined ? NOTHING : folded('Example in lines', lines.example);
  return html`<li>${status}: ${prose(description)}${called}, <code>${type}</code>${folded('Example', shown(example))}${inLines}</li>`;
}

function routeMarkup(route: Route, types: Markup): Markup {
  const { method, path, summary, scopes, answers, body } = route;
  const parameters = parametersOf(route);
  const template = templateOf(path);
  const rows = parameters.map(
    (parameter) =>
      html`<tr><td><code>${parameter.name}</code></td><td>${parameter.in}</td><td>${prose(parameter.description ?? String(parameter.schema.description ?? ''))}</td></tr>`,
  );
  const takesEvents = Object.values(body?.content ?? {}).some(({ schema }) => schema === cloudEvent);
  return html`<h3 id="${method.toLowerCase()}-${template}"><code>${method} ${template}</code></h3>
<p>${prose(summary.replace(/\.$/, ''))}.${scopes.length === 0 ? ' No key needed.' : ` Scope: ${scopes.join(' or ')}.`}</p>
${rows.length === 0 ? NOTHING : html`<table><tr><th>Parameter</th><th>In</th><th>What</th></tr>${rows}</table>`}
${requests(route, parameters)}${takesEvents ? types : NOTHING}
<p>Answers:</p><ul>${Object.entries(answers).map(([status, answered]) => answerMarkup(status, answered))}</ul>`;
}

function typeLinks(flows: readonly Flow[]): Markup {
  const links = flows.flatMap(({ types }) => Object.keys(types).map((type) => html` <a href="#type-${type}">${type}</a>`));
  return html`<p>What <code>data</code> holds, by <code>type</code>:${links} <a href="#schema-DecisionOutcome">decision.outcome</a></p>`;
}

function typeMarkup(flows: readonly Flow[]): Markup[] {
  return flows.flatMap(({ name, types }) =>
    Object.entries(typeSchemas(types)).map(
      ([type, schema]) =>
        html`<h3 id="type-${type}"><code>${type}</code></h3><p>Answered by the flow ${name}.</p>${folded('JSON schema of its data', shown(schema))}`,
    ),
  );
}

function codeRow(code: ErrorCode): Markup {
  const { status, retryable, title } = ERRORS[code];
  const cells = html`<td>${status}</td><td>${retryable ? 'yes' : 'no'}</td><td>${title}. ${prose(ERROR_HELP[code])}</td>`;
  return html`<tr id="${code}"><td><code>${code}</code></td>${cells}</tr>`;
}

/** All that the page has, by group. */
function contents(table: readonly Route[]): Markup {
  const groups = Object.entries(TAGS).map(([tag, about]) => {
    const links = table.filter((route) => route.tag === tag).map(linkTo);
    return html`<li><a href="#tag-${tag}">${about}</a><br>${links}</li>`;
  });
  return html`<nav><ul>${groups}<li><a href="#types">Event types</a> · <a href="#codes">Error codes</a> · <a href="#shapes">Shapes</a></li></ul></nav>`;
}

const linkTo = ({ method, path }: Route): Markup => {
  const template = templateOf(path);
  return html`<a href="#${method.toLowerCase()}-${template}"><code>${method} ${template}</code></a> `;
};

export function docsPage(table: readonly Route[], flows: readonly Flow[]): string {
  const { components } = openApiDocument(table);
  const types = typeLinks(flows);
  const groups = Object.entries(TAGS).map(([tag, about]) => {
    const routes = table.filter((route) => route.tag === tag).map((route) => routeMarkup(route, types));
    return html`<h2 id="tag-${tag}">${about}</h2>${routes}`;
  });
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) => html`<h3 id="schema-${name}">${name}</h3>${folded('JSON schema', shown(schema))}`,
  );
  return page(
    'Signalbox reference',
    html`<h1>Signalbox reference</h1>
<p><a href="/">Start</a> · <a href="/openapi.json">OpenAPI 3.1</a></p>
<p>Lists answer <code>{items, next, more}</code>: go on with <code>?after=</code> and <code>next</code>. Refusals are <code>application/problem+json</code>.</p>
${contents(table)}
${groups}
<h2 id="types">Event types</h2>${typeMarkup(flows)}
<h2 id="codes">Error codes</h2><table><tr><th>Code</th><th>Status</th><th>Try again</th><th>Meaning, and what to do</th></tr>${(Object.keys(ERRORS) as ErrorCode[]).map(codeRow)}</table>
<h2 id="shapes">Shapes</h2>${schemas}`,
  );
}
