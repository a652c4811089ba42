/** Counts what becomes of requests to webhooks, and adds it to the table every two seconds: no request waits for a counter, and a flood of them is a few rows. */
import type { Logger } from 'pino';
import { ERRORS, type ErrorCode } from '../../domain/errors.ts';
import type { Pool } from '../../log/db/database.ts';
import { addWebhookCounts, type WebhookCount } from '../../log/door/webhookCounts.ts';
import { type Repeated, repeat } from '../../log/repeat.ts';
import type { WebhookResult } from '../../wire/webhook.ts';
import { problemOf } from '../http/problem.ts';

export type CountWebhook = (source: string, result: WebhookResult) => void;

interface TallyDeps {
  readonly pool: Pool;
  readonly tenant: string;
  readonly logger: Logger;
  /** Hears each too. */
  readonly counted?: CountWebhook;
}

const FLUSH_MS = 2000;

/** What an ingress that is killed has not added yet is lost: these are figures, and no event hangs on them. */
export function openWebhookTally({ pool, tenant, logger, counted }: TallyDeps): Repeated & { readonly count: CountWebhook } {
  const waiting = new Map<string, { -readonly [Name in keyof WebhookCount]: WebhookCount[Name] }>();
  async function flush(): Promise<void> {
    const counts = [...waiting.values()];
    if (counts.length === 0) return;
    waiting.clear();
    try {
      await addWebhookCounts(pool, tenant, counts);
    } catch (error) {
      for (const one of counts) add(one);
      throw error;
    }
  }
  function add({ source, result, count, lastAt }: WebhookCount): void {
    const key = `${source} ${result}`;
    const known = waiting.get(key);
    if (known === undefined) waiting.set(key, { source, result, count, lastAt });
    else {
      known.count += count;
      if (lastAt > known.lastAt) known.lastAt = lastAt;
    }
  }
  const flushing = repeat({
    ...{ logger, about: {}, failing: 'counts of webhooks cannot be added' },
    turn: async () => {
      await flush();
      return FLUSH_MS;
    },
  });
  return {
    count: (source, result) => {
      add({ source, result, count: 1, lastAt: new Date() });
      counted?.(source, result);
    },
    async close() {
      await flushing.close();
      await flush().catch((err: unknown) => logger.warn({ err }, 'the last counts of webhooks could not be added'));
    },
  };
}

const BY_CODE: Partial<Record<ErrorCode, WebhookResult>> = {
  'webhook-missing': 'missing',
  'webhook-mismatch': 'mismatch',
  'webhook-stale': 'stale',
};

/** What a request that was not taken counts as. */
export function resultOfRefusal(error: unknown): WebhookResult {
  const { code } = problemOf(error);
  return BY_CODE[code] ?? (ERRORS[code].status >= 500 ? 'failed' : 'refused');
}
