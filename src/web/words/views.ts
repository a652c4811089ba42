/** Saved views: names for addresses with their filters, kept by the browser. A link shows another reader the same. */

export interface View {
  readonly name: string;
  readonly path: string;
}

const NAME = 'signalbox.views';
const VIEWS_MAX = 30;

const isView = (value: unknown): value is View =>
  typeof value === 'object' && value !== null && 'name' in value && 'path' in value && String(value.path).startsWith('/');

export function readViews(): View[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(NAME) ?? '[]');
    return Array.isArray(kept) ? kept.filter(isView).slice(0, VIEWS_MAX) : [];
  } catch {
    return [];
  }
}

/** A name that is there gets the new address. */
export function saveView(view: View): View[] {
  return write([...readViews().filter(({ name }) => name !== view.name), view].slice(-VIEWS_MAX));
}

export const dropView = (name: string): View[] => write(readViews().filter((view) => view.name !== name));

function write(views: View[]): View[] {
  try {
    localStorage.setItem(NAME, JSON.stringify(views));
  } catch {
    // they then hold until the page is closed
  }
  return views;
}
