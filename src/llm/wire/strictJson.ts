/** JSON of a model, to the letter: no NaN, no key twice. */
import { visit } from 'jsonc-parser';
import type { Json } from '../../domain/event.ts';

export type StrictJson =
  | { readonly value: Json }
  | { readonly wrong: string /** It is JSON, but for a key that stands twice. */; readonly twins: boolean };

/** Of equal keys `JSON.parse` takes the last and others the first: who checks one must not act on the other. */
function hasTwins(text: string): boolean {
  const objects: Set<string>[] = [];
  let twins = false;
  visit(text, {
    onObjectBegin: () => void objects.push(new Set()),
    onObjectProperty: (name) => {
      const names = objects.at(-1);
      if (names?.has(name)) twins = true;
      names?.add(name);
    },
    onObjectEnd: () => void objects.pop(),
  });
  return twins;
}

export function strictJson(text: string): StrictJson {
  try {
    const value = JSON.parse(text) as Json;
    return hasTwins(text) ? { wrong: 'it has a key twice in one object', twins: true } : { value };
  } catch {
    // also a nesting so deep that looking for keys ran out of stack
    return { wrong: 'it holds no whole JSON object', twins: false };
  }
}
