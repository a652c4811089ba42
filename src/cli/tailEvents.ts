import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { parseExact } from '../client/exactJson.ts';
import { ServiceAway } from '../client/serviceClient.ts';
import { BackOff } from '../domain/backOff.ts';
import type { StoredEvent } from '../wire/event.ts';
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

const AWAY = { firstMs: 1000, maxMs: 8000 };

export async function tailEvents({ flow, type, after, fromStart, json }: TailOptions): Promise<void> {
  const service = await openService();
  const path = `/v1/stream${queryOf({ flow, kinds: 'event' })}`;
  let lastId = fromStart === true ? 'start' : after;
  let begun = false;
  const backOff = new BackOff(AWAY);
  for (;;) {
    try {
      for await (const { event, id, data } of service.stream(path, { lastId })) {
        begun = true;
        backOff.reset();
        if (event === 'event') print(parseExact(data) as StoredEvent, { type, json });
        lastId = id;
        // a slow reader of the pipe must not make us gather the whole log
        if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain');
      }
      say('The service has ended the stream: it is asked again');
    } catch (error) {
      // a service that restarts is waited for once the tail has begun: the cursor misses nothing
      if (!(error instanceof ServiceAway) || !begun) throw error;
      say(error.message);
    }
    await pause(backOff.next());
  }
}

function print(event: StoredEvent, { type, json }: { type: string | undefined; json: true | undefined }): void {
  if (type !== undefined && (event.cloudevent as { type?: unknown } | null)?.type !== type) return;
  if (json === true) printJsonLine(event);
  else printLine(receiptLine(event));
}
