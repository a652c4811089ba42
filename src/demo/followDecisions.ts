/** Follows all decisions from now on, of reflexes and of cases, in pages. */
import { setTimeout as pause } from 'node:timers/promises';
import { Refused, ServiceAway, type ServiceClient } from '../client/serviceClient.ts';
import type { DecisionItem } from '../wire/decision.ts';
import type { Page } from '../wire/list.ts';

const PAGE = 1000;
const LOOK_MS = 500;

export interface Following {
  /** Settles when `signal` ends it. */
  readonly ended: Promise<void>;
}

/** Resolves at the end of what is there already. */
export async function followDecisions(client: ServiceClient, heard: (item: DecisionItem) => void, signal: AbortSignal): Promise<Following> {
  let after = '';
  async function page(): Promise<Page<DecisionItem> | null> {
    try {
      return await client.ask<Page<DecisionItem>>(`/v1/decisions?limit=${PAGE}${after === '' ? '' : `&after=${after}`}`);
    } catch (error) {
      if (error instanceof ServiceAway || (error instanceof Refused && error.status >= 500)) return null;
      throw error;
    }
  }
  async function take(each: (item: DecisionItem) => void): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const found = await page();
      if (found === null) return;
      found.items.forEach(each);
      after = found.next;
      if (!found.more) return;
    }
  }
  await take(() => undefined);
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      await take(heard);
      await pause(LOOK_MS, undefined, { signal });
    }
  };
  const ended = loop().catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  return { ended };
}
