/** The HTTP API as a test or a bench calls it: any answer comes back, refusals too. */

import { type ServiceAnswer, ServiceClient } from '../../src/client/serviceClient.ts';
import type { Approval } from '../../src/wire/approval.ts';
import type { Receipt } from '../../src/wire/receipt.ts';

const STRUCTURED = 'application/cloudevents+json';
const PAGE = 1000;

export interface Posted {
  readonly status: number;
  readonly receipt: Receipt;
}

export interface Service {
  readonly url: string;
  /** `waitSeconds` asks for the final decision. */
  post(event: object, waitSeconds?: number): Promise<Posted>;
  /** The body of a 2xx; throws where it is none. */
  get<T>(path: string): Promise<T>;
  /** All pages of a list. */
  list<T>(path: string): Promise<T[]>;
  approval(id: string): Promise<Approval>;
  giveVerdict(id: string, verdict: 'approve' | 'reject', reason: string): Promise<ServiceAnswer>;
}

export function openService(url: string): Service {
  const client = new ServiceClient(url, undefined);
  const get = <T>(path: string): Promise<T> => client.ask<T>(path);
  return {
    url,
    get,
    async post(event, waitSeconds) {
      const headers = waitSeconds === undefined ? {} : { prefer: `wait=${waitSeconds}` };
      const { status, body } = await client.call('/v1/events', {
        method: 'POST',
        contentType: STRUCTURED,
        body: JSON.stringify(event),
        headers,
      });
      return { status, receipt: body as Receipt };
    },
    async list<T>(path: string) {
      const all: T[] = [];
      const joint = path.includes('?') ? '&' : '?';
      for (let after = '', more = true; more; ) {
        const page = await get<{ items: T[]; next: string; more: boolean }>(`${path}${joint}limit=${PAGE}${after}`);
        all.push(...page.items);
        after = `&after=${page.next}`;
        more = page.more;
      }
      return all;
    },
    approval: (id) => get<Approval>(`/v1/approvals/${id}`),
    giveVerdict: (id, verdict, reason) =>
      client.call(`/v1/approvals/${id}/verdict`, {
        method: 'POST',
        contentType: 'application/json',
        body: JSON.stringify({ verdict, reason }),
      }),
  };
}
