/** A receiver of webhooks as its owner would build one: checks the signature, then answers; keeps each try's key and bytes. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export interface Delivery {
  readonly key: string;
  readonly body: string;
  readonly atMs: number;
  /** What it was answered. */
  readonly status: number;
}

export interface SignedReceiver {
  readonly url: string;
  readonly secret: string;
  /** In order of arrival; only what was signed rightly. */
  readonly deliveries: Delivery[];
  /** Why others were refused: a test that expects none says so. */
  readonly refusals: string[];
  close(): Promise<void>;
}

const SECRET = `whsec_${Buffer.from('the receiver of the tests keeps it').toString('base64')}`;

/** `answer` gives the status for the n-th try of a key, from 0; until then the try is in the air. */
export async function openSignedReceiver(
  answer: (nth: number, key: string) => number | Promise<number> = () => 204,
): Promise<SignedReceiver> {
  const webhook = new Webhook(SECRET);
  const deliveries: Delivery[] = [];
  const refusals: string[] = [];
  const tries = new Map<string, number>();

  async function take(headers: IncomingHttpHeaders, body: string): Promise<number> {
    try {
      webhook.verify(body, headers as Record<string, string>);
    } catch (error) {
      refusals.push(`${(error as Error).message}: ${body.slice(0, 200)}`);
      return 401;
    }
    const key = String(headers['webhook-id']);
    const nth = tries.get(key) ?? 0;
    tries.set(key, nth + 1);
    const atMs = Date.now();
    const status = await answer(nth, key);
    deliveries.push({ key, body, atMs, status });
    return status;
  }

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    response.writeHead(await take(request.headers, Buffer.concat(chunks).toString('utf8'))).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    ...{ secret: SECRET, deliveries, refusals },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
