/** The reference, from the same operations and codes as the OpenAPI document. */
import { ERRORS } from '../domain/errors.ts';
import { OPERATIONS, openApiDocument } from '../ingress/routes/openapi.ts';
import { type Operation, templateOf } from '../ingress/routes/openapiNames.ts';
import { html, type Markup, page, prose } from './page.ts';

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly description?: string;
  readonly schema: { readonly description?: string };
}

type Documented = ReturnType<typeof openApiDocument>;

function operationMarkup({ paths }: Documented, { method, path, summary, scope, request, answers }: Operation): Markup {
  const shown = templateOf(path);
  const { parameters } = (paths[shown]?.[method] ?? { parameters: [] }) as { parameters: readonly Parameter[] };
  const rows = parameters.map(
    (parameter) =>
      html`<tr><td><code>${parameter.name}</code></td><td>${parameter.in}</td><td>${prose(parameter.description ?? parameter.schema.description ?? '')}</td></tr>`,
  );
  const accepts = Object.keys(request ?? {}).map((type) => html`<li><code>${type}</code></li>`);
  const given = Object.entries(answers).map(
    ([status, { description, schema }]) =>
      html`<li>${status}: ${prose(description)}${schema === undefined ? html`` : html` (<a href="#schema-${schema}">${schema}</a>)`}</li>`,
  );
  return html`<h3 id="${method}-${shown}"><code>${method.toUpperCase()} ${shown}</code></h3>
<p>${prose(summary.replace(/\.$/, ''))}.${scope === null ? ' No key needed.' : ` Scope: ${scope}.`}</p>
${rows.length === 0 ? html`` : html`<table><tr><th>Parameter</th><th>In</th><th>What</th></tr>${rows}</table>`}
${accepts.length === 0 ? html`` : html`<p>Accepts:</p><ul>${accepts}</ul>`}<p>Answers:</p><ul>${given}</ul>`;
}

export function docsPage(): string {
  const document = openApiDocument();
  const schemas = Object.entries((document.components as { schemas: Record<string, object> }).schemas).map(
    ([name, schema]) =>
      html`<h3 id="schema-${name}">${name}</h3><details><summary>JSON schema</summary><pre>${JSON.stringify(schema, null, 2)}</pre></details>`,
  );
  const codes = Object.entries(ERRORS).map(
    ([code, { status, retryable, title }]) =>
      html`<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${retryable ? 'yes' : 'no'}</td><td>${title}</td></tr>`,
  );
  return page(
    'Signalbox reference',
    html`<h1>Signalbox reference</h1>
<p><a href="/">Start</a> · <a href="/openapi.json">OpenAPI 3.1</a></p>
<p>Lists answer <code>{items, next, more}</code>: go on with <code>?after=</code> and <code>next</code>. Refusals are <code>application/problem+json</code>.</p>
<h2>Routes</h2>${OPERATIONS.map((operation) => operationMarkup(document, operation))}
<h2>Error codes</h2><table><tr><th>Code</th><th>Status</th><th>Try again</th><th>Meaning</th></tr>${codes}</table>
<h2>Shapes</h2>${schemas}`,
  );
}
