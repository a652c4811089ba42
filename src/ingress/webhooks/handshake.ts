/** CloudEvents' webhooks (HTTP 1.1 Web Hooks for Event Delivery, 4): who may send is asked by OPTIONS before. */
import type { WebhookSettings } from '../../wire/webhook.ts';

const ORIGIN = /^[A-Za-z0-9.*:/_-]{1,253}$/;

/** It is given back in a header, so it must be able to stand there. */
export function originAllowed({ origins = [] }: WebhookSettings, origin: string): boolean {
  return ORIGIN.test(origin) && origins.some((one) => one === '*' || one.toLowerCase() === origin.toLowerCase());
}
