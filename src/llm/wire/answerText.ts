/** The JSON of an answer, wherever the server and the model have put it: behind what the model thought, in a fence, among prose. */
import type { Json } from '../../domain/event.ts';
import { type StrictJson, strictJson } from './strictJson.ts';

/** Beginnings of an object that are tried: a text of opening braces alone would else be read as often as it is long. */
const TRIES_MAX = 50;
const THOUGHT = /^[\s\S]*<\/(?:think|thinking|reasoning|seed:think)>/i;
const THINKING = /^(?:<(?:think|thinking|reasoning|seed:think)>|\[THINK\]|<\|channel\|>analysis)/i;
/** Of `[THINK]...[/THINK]` and of gpt-oss' channels. */
const OTHER_THOUGHT = /^[\s\S]*(?:\[\/THINK\]|<\|channel\|>final<\|message\|>)/;

const part = (one: unknown): string => {
  const { type, text } = (one ?? {}) as { type?: unknown; text?: unknown };
  return (type === undefined || type === 'text' || type === 'output_text') && typeof text === 'string' ? text : '';
};

/** A text, or the texts of a list of parts; parts of thinking are left out. Null: there is none. */
export function contentText(content: unknown): string | null {
  if (typeof content === 'string') return content;
  return Array.isArray(content) ? content.map(part).join('') : null;
}

/** Where the object that begins at `from` ends; -1: it does not. */
function endOfObject(text: string, from: number): number {
  let depth = 0;
  let quoted = false;
  for (let at = from; at < text.length; at += 1) {
    const character = text[at];
    if (quoted) {
      if (character === '\\') at += 1;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '{') depth += 1;
    else if (character === '}') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
}

/** The whole objects of a text, in order; what is no JSON is passed over. */
function objectsIn(text: string): StrictJson[] {
  const found: StrictJson[] = [];
  let from = text.indexOf('{');
  for (let tries = 0; from >= 0 && tries < TRIES_MAX; tries += 1) {
    const end = endOfObject(text, from);
    const json = end < 0 ? null : strictJson(text.slice(from, end));
    if (json !== null && ('value' in json || json.twins)) found.push(json);
    // what stands inside of a broken one is not said by itself
    from = text.indexOf('{', end < 0 ? from + 1 : end);
  }
  return found;
}

/**
 * The whole text where it is JSON, else the first whole object in it. `others`: the objects behind it, as a model may quote what it read
 * before it answers; whoever takes the first must know that they say nothing else.
 */
export function answerJson(content: string): { readonly first: StrictJson; readonly others: readonly Json[] } {
  const whole = strictJson(content);
  if ('value' in whole || whole.twins) return { first: whole, others: [] };
  const said = content.replace(THOUGHT, '').replace(OTHER_THOUGHT, '').trim();
  // it thought until it was cut
  if (THINKING.test(said)) return { first: whole, others: [] };
  const [first = whole, ...others] = objectsIn(said);
  return { first, others: others.flatMap((other) => ('value' in other ? [other.value] : [])) };
}
