/** HTML pages without a template engine: every value goes through `html`, which escapes it. */

/** Markup that was made here, as opposed to text that came from anywhere. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Markup | readonly Markup[];

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function markupOf(part: Part): string {
  if (part instanceof Markup) return part.text;
  if (typeof part === 'object') return part.map(({ text }) => text).join('');
  return String(part).replace(/[&<>"']/g, (character) => ESCAPES[character] as string);
}

export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(texts.reduce((text, next, at) => text + markupOf(parts[at - 1] as Part) + next));
}

const STYLE = `body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b1f24; background: #fff }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #d0d7de }
code { background: #f3f5f7; padding: .1rem .3rem; border-radius: .2rem } a { color: #0757b8 }
/* what cannot be wrapped would make a page of a phone scroll sideways; names in the margin stay whole */
h1 { font-size: 1.7rem } h1, h3, td, code { overflow-wrap: anywhere } td { min-width: 3.5rem } th { overflow-wrap: break-word } pre { overflow-x: auto } td ul { margin: 0; padding-left: 1rem }
fieldset { min-width: 0 } textarea, input, select { max-width: 100%; box-sizing: border-box; font: inherit }
.reasons { list-style: none; padding: 0 } .reasons li { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem; padding: .2rem 0; border-bottom: 1px solid #d0d7de }
small { color: #55606d; font-weight: 400 } .sent, .said { margin: 1rem 0; padding: 0 .8rem .4rem; border: 1px solid #d0d7de; border-radius: 6px } .sent { border: 1px dashed #55606d }
.decide { position: sticky; bottom: 0; display: flex; flex-wrap: wrap; gap: .6rem; margin: 1rem 0 0; padding: .6rem 0; background: #fff; border-top: 1px solid #d0d7de }
.decide button { font: inherit; font-weight: 600; min-height: 44px; padding: .3rem 1.2rem; border: 1px solid; border-radius: 6px; cursor: pointer }
.approve { color: #176b36; background: #e3f3e8 } .reject { color: #b02318; background: #fce8e6 }
@media (max-width: 40rem) { body { margin: 1rem auto } h1 { font-size: 1.4rem } h2 { font-size: 1.15rem } .decide button { flex: 1 } th, td { padding: .2rem } td:first-child { min-width: 7rem }
  /* where a value is a table or a list, values stand below their names; so does what a route does */
  :is(table:has(table, ul), .routes), :is(table:has(table, ul), .routes) > tbody, :is(table:has(table, ul), .routes) > tbody > tr { display: block }
  table:has(table, ul) > tbody > tr > * { display: block; border: 0 } .routes tr { padding-bottom: .6rem }
  .routes td { display: inline; border: 0; padding: 0 } .routes td:last-child { display: block } .routes th { display: none } }
@media (prefers-color-scheme: dark) { body { background: #14171a; color: #e3e7eb } code { background: #242a30 } th, td { border-color: #39424b } a { color: #79b4ff }
  .decide { background: #14171a } .decide, .reasons li, .said { border-color: #39424b } small { color: #a2adba } .approve { color: #7bd79a; background: #16301f } .reject { color: #ff9c92; background: #3d1b18 } }`;

/** A sentence of ours as the OpenAPI document has it: what stands between backticks is code. */
export function prose(text: string): readonly Markup[] {
  return text.split('`').map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : html`${part}`));
}

/** A whole page. Its style is inline: nothing is fetched from anywhere. */
export function page(title: string, body: Markup): string {
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${new Markup(STYLE)}</style></head>
<body>${body}</body>
</html>
`.text;
}
