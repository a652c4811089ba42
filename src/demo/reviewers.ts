/** People who answer some of the questions, after a while, mostly rightly. What nobody answers gets its default at its deadline. */
import { setTimeout as pause } from 'node:timers/promises';
import { Refused, ServiceAway, type ServiceClient } from '../client/serviceClient.ts';
import type { Approval } from '../wire/approval.ts';
import type { Page } from '../wire/list.ts';
import type { About, Business } from './business.ts';
import type { Random } from './random.ts';

const ANSWERED = 0.75;
const ATTENTIVE = 0.95;
const THINKS_MS = [2000, 8000] as const;
const LOOK_MS = 1000;
const PAGE = 200;

export interface Reviewing {
  readonly open: () => number;
  readonly answered: () => number;
  readonly ended: Promise<void>;
}

interface ReviewDeps {
  readonly client: ServiceClient;
  readonly businesses: readonly Business[];
  readonly random: Random;
  readonly signal: AbortSignal;
  about(subject: string, event: { readonly event: string; readonly type: string }): About;
}

export function openReviewers({ client, businesses, random, signal, about }: ReviewDeps): Reviewing {
  const byFlow = new Map(businesses.map((business) => [business.flow, business]));
  /** When each is answered; null: never. */
  const seen = new Map<string, number | null>();
  let open = 0;
  let answered = 0;

  async function answer({ id, flow, subject, event, proposed }: Approval): Promise<void> {
    const business = byFlow.get(flow);
    if (business === undefined) return;
    const right = business.approves(about(subject, event), proposed);
    const verdict = right === random.chance(ATTENTIVE) ? 'approve' : 'reject';
    const reason = verdict === 'approve' ? 'looked at, and as proposed' : 'looked at, and not so';
    const { status } = await client.call(`/v1/approvals/${id}/verdict`, {
      method: 'POST',
      contentType: 'application/json',
      body: JSON.stringify({ verdict, reason }),
    });
    // over or decided meanwhile: the deadline was first
    if (status === 200) answered += 1;
  }

  async function look(): Promise<void> {
    let after = '';
    let count = 0;
    const there = new Set<string>();
    for (;;) {
      const page = await client.ask<Page<Approval>>(`/v1/approvals?state=open&limit=${PAGE}${after}`);
      count += page.items.length;
      for (const approval of page.items) {
        there.add(approval.id);
        const known = seen.get(approval.id);
        if (known === undefined) seen.set(approval.id, random.chance(ANSWERED) ? Date.now() + random.between(...THINKS_MS) : null);
        else if (known !== null && known <= Date.now()) {
          seen.set(approval.id, null);
          await answer(approval);
        }
      }
      if (!page.more) break;
      after = `&after=${page.next}`;
    }
    for (const id of seen.keys()) if (!there.has(id)) seen.delete(id);
    open = count;
  }

  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      await look().catch((error: unknown) => {
        if (!(error instanceof ServiceAway || (error instanceof Refused && error.status >= 500))) throw error;
      });
      await pause(LOOK_MS, undefined, { signal });
    }
  };
  const ended = loop().catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  return { open: () => open, answered: () => answered, ended };
}
