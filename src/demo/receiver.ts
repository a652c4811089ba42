/** The receiver of the demo's actions: verifies, and does each once. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { type ActionHeard, keepNewest } from './business.ts';

export interface DemoReceiver {
  readonly url: string;
  /** Actions done, and those that came again under a key that was done. */
  counts(): { readonly done: number; readonly again: number };
  close(): Promise<void>;
}

export async function openDemoReceiver(secret: string, act: (action: ActionHeard) => void): Promise<DemoReceiver> {
  const webhook = new Webhook(secret);
  const known = new Map<string, true>();
  let done = 0;
  let again = 0;
  const take = (body: string, headers: Record<string, string>): void => {
    const { type, data } = webhook.verify(body, headers) as { type: string; data: { subject: string; result: Record<string, unknown> } };
    const key = headers['webhook-id'] ?? '';
    if (known.has(key)) {
      again += 1;
      return;
    }
    known.set(key, true);
    keepNewest(known);
    done += 1;
    act({ type, subject: data.subject, result: data.result ?? {} });
  };
  const server: Server = createServer((request, response) => {
    text(request).then(
      (body) => {
        try {
          take(body, request.headers as Record<string, string>);
          response.writeHead(204).end();
        } catch {
          response.writeHead(401).end();
        }
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    counts: () => ({ done, again }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
