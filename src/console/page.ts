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
@media (prefers-color-scheme: dark) { body { background: #14171a; color: #e3e7eb } code { background: #242a30 } th, td { border-color: #39424b } a { color: #79b4ff } }`;

/** A whole page. Its style is inline: nothing is fetched from anywhere. */
export function page(title: string, body: Markup): string {
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${new Markup(STYLE)}</style></head>
<body>${body}</body>
</html>
`.text;
}
