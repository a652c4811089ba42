import { once } from 'node:events';
import type { StoredEvent } from '../wire/event.ts';
import { printJsonLine, printLine, say } from './terminal/print.ts';
import { receiptLine } from './terminal/receipt.ts';
import { openClient } from './terminal/target.ts';

interface TailOptions {
  readonly flow?: string;
  readonly type?: string;
  readonly after?: string;
  readonly fromStart?: true;
  readonly json?: true;
}

export async function tailEvents({ flow, type, after, fromStart, json }: TailOptions): Promise<void> {
  const client = await openClient();
  const from = fromStart === true ? 'start' : after;
  const frames = client.stream({
    kinds: ['event'],
    ...(flow === undefined ? {} : { flow }),
    ...(from === undefined ? {} : { after: from }),
    broke: (error, begun) => {
      // a service that restarts is waited for once the tail has begun: the cursor misses nothing
      if (error !== null && !begun) throw error;
      say(error === null ? 'The service has ended the stream: it is asked again' : error.message);
    },
  });
  for await (const { data } of frames) {
    print(data as StoredEvent, { type, json });
    // a slow reader of the pipe must not make us gather the whole log
    if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain');
  }
}

function print(event: StoredEvent, { type, json }: { type: string | undefined; json: true | undefined }): void {
  if (type !== undefined && (event.cloudevent as { type?: unknown } | null)?.type !== type) return;
  if (json === true) printJsonLine(event);
  else printLine(receiptLine(event));
}
