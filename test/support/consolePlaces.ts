/** Every page of the console, as an address that is looked at. */

export interface Place {
  readonly path: string;
  /** Of the router. */
  readonly route: string;
  /** Lists something that may not be there yet; a page of one thing is never empty, and one that is not there is an error. */
  readonly list: boolean;
  /** Waits and fails as another one does, or asks the API for nothing. */
  readonly plain?: boolean;
}

export interface Shown {
  readonly flow: string;
  readonly subject: string;
  readonly event: string;
  readonly decision: string;
  readonly approval: string;
}

const FLOW = '/console/flows/$flow';
const SUBJECT = '/console/flows/$flow/subjects/$subject';

export function placesOf({ flow, subject, event, decision, approval }: Shown): readonly Place[] {
  const list = (path: string, route = path.split('?')[0] ?? path): Place => ({ path, route, list: true });
  const one = (path: string, route = path.split('?')[0] ?? path): Place => ({ path, route, list: false });
  const tab = (name: string): string => `/console/flows/${flow}?tab=${name}`;
  const about = `/console/flows/${flow}/subjects/${encodeURIComponent(subject)}`;
  return [
    ...[list('/'), list('/console/inbox'), one(`/console/inbox?approval=${approval}`), one('/console/flows')],
    ...[list(`/console/flows/${flow}`, FLOW), list(tab('quality'), FLOW), one(tab('policies'), FLOW)],
    ...[list(tab('cases'), FLOW), one(tab('map'), FLOW)],
    one(about, SUBJECT),
    ...[`${about}?step=${event}`, `${about}?view=graph`].map((path) => ({ ...one(path, SUBJECT), plain: true })),
    ...[list('/console/decisions'), one(`/console/decisions/${decision}`, '/console/decisions/$decision')],
    one(`/console/events/${event}`, '/console/events/$event'),
    ...[list('/console/search?q=zebra'), list('/console/stuck'), list('/console/dead'), one('/console/try')],
    ...[
      { ...list('/console/search'), plain: true },
      { ...one('/console/no-such-page', ''), plain: true },
    ],
  ];
}
