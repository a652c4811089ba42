/** The pages that the navigation, the palette and the keys lead to. */

export interface PageLine {
  readonly to: string;
  readonly title: string;
  /** Pressed after `g`. */
  readonly key: string;
  readonly about: string;
}

export const PAGES: readonly PageLine[] = [
  { to: '/', title: 'Live', key: 'l', about: 'What happens now' },
  { to: '/console/inbox', title: 'Inbox', key: 'i', about: 'What waits for a person' },
  { to: '/console/flows', title: 'Flows', key: 'f', about: 'How each flow decides, and how well' },
  { to: '/console/decisions', title: 'Decisions', key: 'd', about: 'What was decided, and why' },
  { to: '/console/stuck', title: 'Stuck', key: 's', about: 'What is stuck or retrying now' },
  { to: '/console/dead', title: 'Dead letters', key: 'q', about: 'Quarantined events and actions that were given up' },
  { to: '/console/try', title: 'Try it', key: 't', about: 'Send an event and follow it' },
  { to: '/console/search', title: 'Search', key: '/', about: 'Ids, subjects, types, reasons' },
];
