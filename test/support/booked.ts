/** Many bookings over HTTP, and lists read to their end. */
import { expect } from '@jest/globals';
import { type Answer, ask, BATCH, eventOf } from './http.ts';
import type { TestIngress } from './ingress.ts';

interface Listed {
  readonly id: string;
  readonly event: string;
  readonly outcome: string;
}

export function openBooked(ingress: Pick<TestIngress, 'url'>) {
  const get = (path: string, headers: Record<string, string> = {}): Promise<Answer> => ask(`${ingress.url}${path}`, { headers });
  return {
    get,
    async book(source: string, count: number, more: object = {}): Promise<void> {
      const events = Array.from({ length: count }, (_, at) => eventOf({ id: `${at}`, source, ...more }));
      const answer = await ask(`${ingress.url}/v1/events`, {
        method: 'POST',
        headers: { 'content-type': BATCH },
        body: JSON.stringify(events),
      });
      expect(answer.status).toBe(202);
    },
    /** All items of a list, page by page. */
    async readAll(path: string, limit: number, from = ''): Promise<{ items: Listed[]; next: string }> {
      const items: Listed[] = [];
      for (let after = from === '' ? '' : `&after=${from}`; ; ) {
        const { status, json } = await get(`${path}${path.includes('?') ? '&' : '?'}limit=${limit}${after}`);
        expect(status).toBe(200);
        items.push(...json.items);
        after = `&after=${json.next}`;
        if (!json.more) return { items, next: json.next };
      }
    },
  };
}
