/** The evidence of an approval, told apart by who said it: reasons first and in words, then what the sender wrote and what a model said, each marked. */
import type { Json, JsonObject } from '../domain/event.ts';
import { showHidden } from '../domain/hiddenCharacters.ts';
import { shownNumber } from '../domain/shownNumber.ts';
import { html, type Markup } from './page.ts';
import { valueMarkup } from './valueMarkup.ts';

const RUNGS: Readonly<Record<string, string>> = { rules: 'What the rules said', model: 'What the model said', llm: 'What the LLM said' };

const isObject = (value: Json | undefined): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);
const weightOf = ({ weight }: JsonObject): number => (typeof weight === 'number' ? weight : 0);

/** The heaviest first. Null where they are no sentences. */
export function reasonsMarkup(reasons: Json | undefined): Markup | null {
  if (!Array.isArray(reasons) || reasons.length === 0) return null;
  const said = reasons.filter((one): one is JsonObject => isObject(one) && typeof one.text === 'string');
  if (said.length < reasons.length) return valueMarkup(reasons);
  const lines = said
    .sort((a, b) => Math.abs(weightOf(b)) - Math.abs(weightOf(a)))
    .map(({ text, weight }) => {
      const shown =
        typeof weight === 'number' ? html` <small>${weight > 0 ? '+' : ''}${shownNumber(Number(weight.toPrecision(2)))}</small>` : html``;
      return html`<li>${showHidden(String(text))}${shown}</li>`;
    });
  return html`<ul class="reasons">${lines}</ul>`;
}

export function evidenceMarkup(evidence: JsonObject): Markup {
  const entries = Object.entries(evidence);
  const ours = Object.fromEntries(entries.filter(([, value]) => !isObject(value)));
  const parts = entries.flatMap(([name, value]) => {
    if (!isObject(value)) return [];
    const rung = Object.hasOwn(RUNGS, name) ? RUNGS[name] : undefined;
    if (name === 'features') return [html`<h3>What was worked out</h3>${valueMarkup(value)}`];
    if (rung !== undefined) return [html`<section class="said"><h3>${rung}</h3>${valueMarkup(value)}</section>`];
    return [
      html`<section class="sent"><h3>${showHidden(name)} <small>as it was sent, by others</small></h3>${valueMarkup(value)}</section>`,
    ];
  });
  return html`${Object.keys(ours).length === 0 ? html`` : valueMarkup(ours)}${parts}`;
}
