/** The page of an id of ours; null for any other text. */

const PAGES: readonly (readonly [RegExp, string])[] = [
  [/^evt_\S+$/, '/console/events/'],
  [/^dec_\S+$/, '/console/decisions/'],
];

export function pathOfId(id: string): string | null {
  if (/^apr_\S+$/.test(id)) return `/console/inbox?approval=${encodeURIComponent(id)}`;
  if (/^act_\S+$/.test(id)) return `/console/dead?action=${encodeURIComponent(id)}`;
  const found = PAGES.find(([form]) => form.test(id));
  return found === undefined ? null : `${found[1]}${encodeURIComponent(id)}`;
}

export const subjectPath = (flow: string, subject: string): string =>
  `/console/flows/${encodeURIComponent(flow)}/subjects/${encodeURIComponent(subject)}`;
