/** What a body would become at an endpoint: all steps of a delivery but its signature and the storing. */
import { SignalboxError } from '../../domain/errors.ts';
import type { IncomingEvent } from '../../domain/event.ts';
import { subjectOf } from '../../domain/eventType.ts';
import type { Flow } from '../../domain/flow.ts';
import { isOwnType } from '../../domain/ownEvent.ts';
import type { WebhookTried } from '../../wire/webhook.ts';
import { refusalLine } from '../accept/refusalLine.ts';
import { reserved } from '../accept/routeEvent.ts';
import type { Hook } from './hooks.ts';
import { mappedEvent, rawEvent, readDelivery } from './takeWebhook.ts';

/** Of a sample that has none of its own. */
const SAMPLE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'application/json',
  'webhook-id': 'msg_sample',
  'x-github-event': 'issues',
  'x-github-delivery': '00000000-0000-0000-0000-000000000000',
  'x-shopify-topic': 'carts/update',
  'x-shopify-shop-domain': 'sample.myshopify.com',
  'x-shopify-api-version': '2026-01',
  'x-shopify-webhook-id': 'sample',
};

interface Tried {
  /** Undefined: the provider's sample. */
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

export async function tryWebhook(flows: readonly Flow[], hook: Hook, { body, headers }: Tried): Promise<Omit<WebhookTried, 'flow'>> {
  const given = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const bytes = Buffer.from(JSON.stringify(body ?? hook.provider.sample));
  const read = await readDelivery(hook, { headers: { ...SAMPLE_HEADERS, ...given }, body: bytes });
  const { theirType, id } = read;
  try {
    const mapped = mappedEvent(hook.source, read);
    if (mapped !== null) {
      assertFits(flows, mapped);
      return { theirType, id, taken: true, fault: null, cloudevent: cloudEventOf(mapped) };
    }
    return { theirType, id, taken: false, fault: read.fault, cloudevent: cloudEventOf(rawEvent(flows, hook.source, read, read.fault)) };
  } catch (error) {
    if (!(error instanceof SignalboxError)) throw error;
    const fault = refusalLine(error);
    return { theirType, id, taken: true, fault, cloudevent: cloudEventOf(rawEvent(flows, hook.source, read, fault)) };
  }
}

function assertFits(flows: readonly Flow[], event: IncomingEvent): void {
  const maker = flows.find((one) => isOwnType(one, event.type) || Object.hasOwn(one.emits ?? {}, event.type)) ?? null;
  const flow = flows.find(({ types }) => Object.hasOwn(types, event.type)) ?? null;
  const refusal = reserved(maker, event);
  if (refusal !== null) throw refusal;
  if (flow !== null) subjectOf(flow, event);
}

const cloudEventOf = ({ body }: IncomingEvent): Record<string, unknown> => JSON.parse(body) as Record<string, unknown>;
