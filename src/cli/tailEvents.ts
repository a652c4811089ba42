import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { ServiceAway } from '../client/serviceClient.ts';
import { BackOff } from '../domain/backOff.ts';
import type { StoredEvent } from '../wire/event.ts';
import type { Page } from '../wire/list.ts';
import { queryOf } from './terminal/listOptions.ts';
import { printJsonLine, printLine, say } from './terminal/print.ts';
import { receiptLine } from './terminal/receipt.ts';
import { openService } from './terminal/target.ts';

interface TailOptions {
  readonly flow?: string;
  readonly type?: string;
  readonly after?: string;
  readonly fromStart?: true;
  readonly json?: true;
}

const PAUSE_MS = 500;
const AWAY = { firstMs: 1000, maxMs: 8000 };
const PAGE = 500;
/** The cursor behind the newest event. */
const END = 'end';

export async function tailEvents({ flow, type, after, fromStart, json }: TailOptions): Promise<void> {
  const service = await openService();
  let cursor = fromStart === true ? undefined : (after ?? END);
  const backOff = new BackOff(AWAY);
  for (;;) {
    let page: Page<StoredEvent>;
    try {
      page = await service.ask<Page<StoredEvent>>(`/v1/events${queryOf({ flow, type, after: cursor, limit: PAGE })}`);
    } catch (error) {
      // a service that restarts is waited for once the tail has begun: the cursor misses nothing
      if (!(error instanceof ServiceAway) || cursor === undefined || cursor === END) throw error;
      say(error.message);
      await pause(backOff.next());
      continue;
    }
    for (const item of page.items) json === true ? printJsonLine(item) : printLine(receiptLine(item));
    // a slow reader of the pipe must not make us gather the whole log
    if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain');
    cursor = page.next;
    backOff.reset();
    if (!page.more) await pause(PAUSE_MS);
  }
}
