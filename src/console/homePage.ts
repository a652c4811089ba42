/** The first page: what is here and where to go. */
import type { Flow } from '../domain/flow.ts';
import { type Route, templateOf } from '../ingress/routes/route.ts';
import { html, page, prose } from './page.ts';

/** Routes that a browser can simply open. */
const isLink = ({ method, path }: Route): boolean => method === 'GET' && !path.includes(':');

export function homePage(table: readonly Route[], flows: readonly Flow[], temporalUi: string | null): string {
  const routes = table.map((one) => {
    const { method, path, summary } = one;
    const code = html`<code>${templateOf(path)}</code>`;
    const shown = isLink(one) ? html`<a href="${path}">${code}</a>` : code;
    return html`<tr><td>${method}</td><td>${shown}</td><td>${prose(summary)}</td></tr>`;
  });
  const known = flows.map(
    ({ name, title, types }) => html`<li><a href="/v1/flows/${name}">${title}</a>: ${Object.keys(types).join(', ')}</li>`,
  );
  const cases = temporalUi === null ? html`` : html`<li><a href="${temporalUi}">Cases in Temporal's Web UI</a></li>`;
  return page(
    'Signalbox',
    html`<h1>Signalbox</h1>
<p>Business events in, durable decisions out.</p>
<ul><li><a href="/docs">Reference</a> (<a href="/openapi.json">OpenAPI</a>)</li><li><a href="/readyz">Is it ready?</a></li>
<li><a href="/v1/approvals">Open approvals</a></li><li><a href="/v1/decisions">Decisions</a></li>${cases}</ul>
<h2>Flows</h2><ul>${known}</ul>
<h2>Routes</h2><table class="routes"><tr><th>Method</th><th>Path</th><th>What</th></tr>${routes}</table>`,
  );
}
