/** What trying many anew would do, before it is done. Nothing is written, locked or sent. */
import type { ActionKey } from '../../actions/actions.ts';
import { type ActionFilter, type PreviewedAction, previewActions } from '../../actions/previewActions.ts';
import { statusOf } from '../../domain/event.ts';
import { eventId, type Place, parseId } from '../../domain/ids.ts';
import { type PreviewedEvent, previewRedrive } from '../../log/previewRedrive.ts';
import type { EventFilter } from '../../log/readAside.ts';
import {
  type ActionsPreviewRequest,
  actionsPreview,
  actionsPreviewRequest,
  type EventsPreviewRequest,
  eventsPreview,
  eventsPreviewRequest,
} from '../../wire/preview.ts';
import { actionsPreviewExample, eventsPreviewExample } from '../../wire/previewExamples.ts';
import { jsonBody } from '../http/jsonBody.ts';
import { notFound } from '../http/notFound.ts';
import { type Route, route } from './route.ts';

const LIMIT = 200;

/** An id of another tenant is as unknown as one that never was. */
function placeOf(id: string, tenant: string): Place {
  const place = parseId('evt', id);
  if (place === null || place.tenant !== tenant) throw notFound('event');
  return place;
}

function keyOf(id: string, tenant: string): ActionKey {
  const place = parseId('act', id);
  if (place === null || place.tenant !== tenant || place.tail === null) throw notFound('action');
  return { tenant, flow: place.log, eventPosition: place.position, action: place.tail };
}

const eventFilter = (tenant: string, { events, flow, type, reason, after, limit = LIMIT }: EventsPreviewRequest): EventFilter => ({
  ...{ tenant, events: events?.map((id) => placeOf(id, tenant)) ?? null },
  ...{ flow: flow ?? null, type: type ?? null, reason: reason ?? null, after: after === undefined ? null : placeOf(after, tenant), limit },
});

const actionFilter = (tenant: string, asked: ActionsPreviewRequest): ActionFilter => {
  const { actions, state = 'dead', flow, action, code, after, limit = LIMIT } = asked;
  return {
    ...{ tenant, actions: actions?.map((id) => keyOf(id, tenant)) ?? null, state },
    ...{ flow: flow ?? null, action: action ?? null, code: code ?? null, after: after === undefined ? null : keyOf(after, tenant), limit },
  };
};

const shownEvent = (tenant: string, { row, subject, entry, refused, etag }: PreviewedEvent) => ({
  event: eventId({ tenant, log: row.log, position: row.position }),
  ...{ flow: row.log, subject, type: row.type, acceptedAt: row.accepted_at.toISOString(), reason: row.note },
  would: {
    status: entry === null ? ('quarantined' as const) : statusOf(entry.ending),
    outcome: entry?.decision?.outcome ?? null,
    provisional: entry?.decision?.provisional ?? false,
    why: entry?.decision?.reasons[0]?.text ?? null,
    refused,
  },
  etag,
});

const shownAction = ({ row, comesWith, refused, etag }: PreviewedAction) => ({
  ...{ action: row.key, flow: row.flow, subject: row.subject, name: row.action, state: row.state },
  error: row.last_error === null ? null : { code: row.error_code, detail: row.last_error },
  would: { brings: row.brings, comesWith, refused },
  etag,
});

export const previewRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/v1/preview/quarantine',
    id: 'previewQuarantine',
    tag: 'events',
    summary: 'What redriving events would make of each: folded by the code and policy that hold now, in an order, and not kept',
    scopes: ['admin'],
    body: jsonBody(eventsPreviewRequest, { what: 'a preview', code: 'bad-request', example: { flow: 'fraud', limit: 50 } }),
    answers: { 200: { description: 'What would become of them', schema: eventsPreview, example: eventsPreviewExample } },
    handler:
      ({ pool, flows, temporal: { caseIds } }) =>
      async ({ caller: { tenant }, body, send }) => {
        const { items, groups, total, more } = await previewRedrive({ pool, flows, caseIds }, eventFilter(tenant, body));
        const shown = items.map((item) => shownEvent(tenant, item));
        send(200, {
          ...{ at: new Date().toISOString(), total, items: shown, next: more ? (shown.at(-1)?.event ?? null) : null },
          groups: groups.map(({ log, ...group }) => ({ flow: log, ...group })),
        });
      },
  }),
  route({
    method: 'POST',
    path: '/v1/preview/actions',
    id: 'previewActions',
    tag: 'actions',
    summary: 'What sending actions again would do: which may be, what comes with each, and which would be refused and why',
    scopes: ['admin'],
    body: jsonBody(actionsPreviewRequest, { what: 'a preview', code: 'bad-request', example: { state: 'dead', flow: 'fraud' } }),
    answers: { 200: { description: 'What would become of them', schema: actionsPreview, example: actionsPreviewExample } },
    handler:
      ({ pool, receiver, temporal: { caseIds } }) =>
      async ({ caller: { tenant }, body, send }) => {
        const { items, groups, total, more } = await previewActions({ pool, caseIds, receiver }, actionFilter(tenant, body));
        const shown = items.map(shownAction);
        send(200, {
          ...{ at: new Date().toISOString(), total, items: shown, next: more ? (shown.at(-1)?.action ?? null) : null },
          groups: [...groups],
        });
      },
  }),
];
