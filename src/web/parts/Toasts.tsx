/** Short news of what the reader just did. They are said to screen readers too, and go by themselves. */
import { Toast } from 'radix-ui';
import { useSyncExternalStore } from 'react';
import { Said } from './Said.tsx';

interface News {
  readonly id: number;
  readonly text: string;
}

const SHOWN_MS = 6000;
const NEWS_MAX = 3;
const listeners = new Set<() => void>();
let news: readonly News[] = [];
let last = 0;

function set(next: readonly News[]): void {
  news = next;
  for (const tell of listeners) tell();
}

export function say(text: string): void {
  last += 1;
  set([...news, { id: last, text }].slice(-NEWS_MAX));
}

const listen = (tell: () => void): (() => void) => {
  listeners.add(tell);
  return () => listeners.delete(tell);
};

export function Toasts() {
  const shown = useSyncExternalStore(listen, () => news);
  return (
    <Toast.Provider duration={SHOWN_MS} label="News">
      {shown.map(({ id, text }) => (
        <Toast.Root key={id} className="toast" onOpenChange={(open) => !open && set(news.filter((one) => one.id !== id))}>
          <Toast.Description>
            <Said text={text} cut />
          </Toast.Description>
          <Toast.Close aria-label="Close" className="quiet">
            ✕
          </Toast.Close>
        </Toast.Root>
      ))}
      <Toast.Viewport className="toasts" />
    </Toast.Provider>
  );
}
