/** Any JSON value for people to read: tables of names and values, lists, and text that is only ever text. */
import type { Json } from '../event.ts';
import { html, type Markup } from './page.ts';

const DEPTH_MAX = 6;

export function valueMarkup(value: Json, depth = 0): Markup {
  if (value === null || typeof value === 'boolean') return html`${String(value)}`;
  if (typeof value !== 'object') return html`${value}`;
  if (depth >= DEPTH_MAX) return html`${JSON.stringify(value)}`;
  if (Array.isArray(value)) {
    if (value.length === 0) return html`none`;
    return html`<ul>${value.map((item) => html`<li>${valueMarkup(item, depth + 1)}</li>`)}</ul>`;
  }
  const rows = Object.entries(value).map(
    ([name, member]) => html`<tr><th scope="row">${name}</th><td>${valueMarkup(member, depth + 1)}</td></tr>`,
  );
  return rows.length === 0 ? html`none` : html`<table>${rows}</table>`;
}
