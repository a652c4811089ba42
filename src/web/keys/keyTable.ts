/** Every key that does something, once: the handlers are bound by this table and the help sheet is made from it. */
import { PAGES } from '../words/pageList.ts';

export interface KeyLine {
  readonly id: string;
  /** As tinykeys writes it. */
  readonly keys: string;
  readonly does: string;
  readonly group: 'Everywhere' | 'Lists' | 'Inbox' | 'Live';
}

const goTo: readonly KeyLine[] = PAGES.filter(({ key }) => key !== '/').map(({ to, title, key }) => ({
  ...{ id: `go ${to}`, keys: `g ${key}`, does: `Go to ${title}`, group: 'Everywhere' as const },
}));

export const KEYS: readonly KeyLine[] = [
  { id: 'palette', keys: '$mod+K', does: 'Open the palette', group: 'Everywhere' },
  { id: 'search', keys: '/', does: 'Search', group: 'Everywhere' },
  { id: 'help', keys: 'Shift+?', does: 'Show these keys', group: 'Everywhere' },
  { id: 'look', keys: 'Shift+L', does: 'Light, dark, or as the system', group: 'Everywhere' },
  ...goTo,
  { id: 'next', keys: 'j', does: 'Next one', group: 'Lists' },
  { id: 'previous', keys: 'k', does: 'The one before', group: 'Lists' },
  { id: 'open', keys: 'Enter', does: 'Open it', group: 'Lists' },
  { id: 'mark', keys: 'x', does: 'Mark it, to act on several', group: 'Lists' },
  { id: 'show-new', keys: 'n', does: 'Show what is new', group: 'Live' },
  { id: 'pause', keys: 'p', does: 'Pause, or go on', group: 'Live' },
  { id: 'approve', keys: 'a', does: 'Approve', group: 'Inbox' },
  { id: 'reject', keys: 'd', does: 'Reject', group: 'Inbox' },
  { id: 'reason', keys: 'r', does: 'Write the reason', group: 'Inbox' },
  { id: 'claim', keys: 'c', does: 'Claim it, or give it back', group: 'Inbox' },
  { id: 'question', keys: 'q', does: 'Ask a further question', group: 'Inbox' },
  { id: 'hand-on', keys: 'h', does: 'Hand it on to somebody else', group: 'Inbox' },
];

/** `Ctrl K`, `g then i`, `?` as it stands on the keys. */
export function shownKeys(keys: string, mac: boolean): string {
  return keys
    .split(' ')
    .map((press) =>
      press
        .replace('$mod', mac ? '⌘' : 'Ctrl')
        .replace('Shift+?', '?')
        .replaceAll('+', ' '),
    )
    .join(' then ');
}
