/** The first page: what is here and where to go. */
import type { Flow } from '../domain/flow.ts';
import { type Route, templateOf } from '../ingress/routes/route.ts';
import { html, type Markup, page, prose } from './page.ts';

/** Routes that a browser can simply open: it sends no key. */
const opens = (auth: Auth, { method, path, scopes }: Route): boolean =>
  method === 'GET' && !path.includes(':') && (auth === 'off' || scopes.length === 0);

type Auth = 'off' | 'keys';

interface Shown {
  readonly flows: readonly Flow[];
  readonly temporalUi: string | null;
  readonly auth: Auth;
}

export function homePage(table: readonly Route[], { flows, temporalUi, auth }: Shown): string {
  const withKey = (path: string, text: string): Markup =>
    auth === 'off' ? html`<a href="${path}">${text}</a>` : html`${text}: <code>${path}</code>`;
  const routes = table.map((one) => {
    const { method, path, summary } = one;
    const code = html`<code>${templateOf(path)}</code>`;
    const shown = opens(auth, one) ? html`<a href="${path}">${code}</a>` : code;
    return html`<tr><td>${method}</td><td>${shown}</td><td>${prose(summary)}</td></tr>`;
  });
  const known = flows.map(
    ({ name, title, types }) =>
      html`<li>${auth === 'off' ? html`<a href="/v1/flows/${name}">${title}</a>` : title}: ${Object.keys(types).join(', ')}</li>`,
  );
  const cases = temporalUi === null ? html`` : html`<li><a href="${temporalUi}">Cases in Temporal's Web UI</a></li>`;
  return page(
    'Signalbox',
    html`<h1>Signalbox</h1>
<p>Business events in, durable decisions out.</p>
<ul><li><a href="/docs">Reference</a> (<a href="/openapi.json">OpenAPI</a>)</li><li><a href="/readyz">Is it ready?</a></li>
<li>${withKey('/v1/approvals', 'Open approvals')}</li><li>${withKey('/v1/decisions', 'Decisions')}</li>${cases}</ul>
${auth === 'off' ? html`` : html`<p>Keys are checked: what needs one is no link here. Send it along: <code>curl -H "authorization: Bearer $SIGNALBOX_KEY"</code>; <code>npx signalbox keys create</code> makes one.</p>`}
<h2>Flows</h2><ul>${known}</ul>
<h2>Routes</h2><table class="routes"><tr><th>Method</th><th>Path</th><th>What</th></tr>${routes}</table>`,
  );
}
