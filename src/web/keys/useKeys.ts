/** Binds keys of the table while a part of the page is shown. The part that came last has a key to itself. */
import { useEffect, useRef } from 'react';
import { tinykeys } from 'tinykeys';
import { settings } from '../words/settings.ts';
import { KEYS } from './keyTable.ts';

type Handlers = Readonly<Record<string, () => void>>;

const stacks: { current: Handlers }[] = [];

/** Whoever writes wants letters; who has ticked a box goes on by keys. */
function writes(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input:not([type=checkbox]), textarea, select'));
}

const takesEnter = (target: EventTarget | null): boolean => target instanceof HTMLElement && target.closest('a, button, summary') !== null;

function press(id: string, keys: string, event: KeyboardEvent): void {
  const single = !keys.includes('$mod');
  if (single && (writes(event.target) || !settings().singleKeys)) return;
  if (keys === 'Enter' && takesEnter(event.target)) return;
  // an open dialog has its own keys
  if (document.querySelector('dialog[open]') !== null && id !== 'palette') return;
  const handlers = stacks.findLast((one) => one.current[id] !== undefined)?.current;
  if (handlers === undefined) return;
  event.preventDefault();
  handlers[id]?.();
}

/** Once, for the whole page. */
export function listenToKeys(): () => void {
  const bindings = KEYS.flatMap(({ id, keys }) => {
    // a question mark needs no Shift on some keyboards
    const forms = keys === 'Shift+?' ? [keys, '?'] : [keys];
    return forms.map((form) => [form, (event: KeyboardEvent) => press(id, keys, event)] as const);
  });
  return tinykeys(window, Object.fromEntries(bindings));
}

export function useKeys(handlers: Handlers): void {
  const entry = useRef<Handlers>(handlers);
  entry.current = handlers;
  useEffect(() => {
    stacks.push(entry);
    return () => {
      stacks.splice(stacks.indexOf(entry), 1);
    };
  }, []);
}
