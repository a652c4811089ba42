/** Any JSON value for people to read: tables of names and values, lists, and text that is only ever text. */
import type { Json, JsonObject } from '../domain/event.ts';
import { showHidden } from '../domain/hiddenCharacters.ts';
import { shownNumber } from '../domain/shownNumber.ts';
import { html, type Markup } from './page.ts';

const DEPTH_MAX = 6;
/** More would not fit a phone. */
const COLUMNS_MAX = 3;

const isFlat = (value: Json): value is JsonObject =>
  value !== null &&
  typeof value === 'object' &&
  !Array.isArray(value) &&
  Object.values(value).every((member) => typeof member !== 'object');

/** Line ends stay; any other character that is not seen is shown as what it is. */
const cell = (value: Json | undefined): string =>
  value === undefined ? '' : typeof value === 'number' ? shownNumber(value) : String(value).split('\n').map(showHidden).join('\n');

/** Alike and flat, as reasons are: one line each. Null where they are not. */
function lines(items: readonly Json[]): Markup | null {
  if (!items.every(isFlat)) return null;
  const names = [...new Set(items.flatMap((item) => Object.keys(item)))];
  if (names.length === 0 || names.length > COLUMNS_MAX) return null;
  const head = names.map((name) => html`<th scope="col">${name}</th>`);
  const body = items.map((item) => html`<tr>${names.map((name) => html`<td>${cell(item[name])}</td>`)}</tr>`);
  return html`<table><tr>${head}</tr>${body}</table>`;
}

export function valueMarkup(value: Json, depth = 0): Markup {
  if (value === null || typeof value === 'boolean') return html`${String(value)}`;
  if (typeof value !== 'object') return html`${cell(value)}`;
  if (depth >= DEPTH_MAX) return html`${JSON.stringify(value)}`;
  if (Array.isArray(value)) {
    if (value.length === 0) return html`none`;
    return lines(value) ?? html`<ul>${value.map((item) => html`<li>${valueMarkup(item, depth + 1)}</li>`)}</ul>`;
  }
  const rows = Object.entries(value).map(
    ([name, member]) => html`<tr><th scope="row">${showHidden(name)}</th><td>${valueMarkup(member, depth + 1)}</td></tr>`,
  );
  return rows.length === 0 ? html`none` : html`<table>${rows}</table>`;
}
