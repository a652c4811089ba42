/** Requests as bytes, for what an HTTP client would not send; and events to put into them. */
import { connect } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  readonly headers: string;
  readonly body: string;
}

/** Writes the parts on one connection and reads until the other end closes, or until an answer is whole. */
export function sendRaw(port: number, ...parts: readonly (string | Buffer)[]): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    const done = (): void => {
      socket.destroy();
      const [head = '', body = ''] = text.split(/\r\n\r\n(.*)/s);
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0), headers: head, body });
    };
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      text += chunk;
      const length = /content-length: (\d+)/i.exec(text)?.[1];
      const at = text.indexOf('\r\n\r\n');
      if (at >= 0 && length !== undefined && text.length >= at + 4 + Number(length)) done();
    });
    socket.on('end', done);
    // a reset after the answer is no news; before it there is nothing to read
    socket.on('error', (error) => (text === '' ? reject(error) : done()));
    for (const part of parts) socket.write(part);
  });
}

export const STRUCTURED = 'application/cloudevents+json';
export const BATCH = 'application/cloudevents-batch+json';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
  readonly json: any;
}

export async function ask(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, init);
  const text = await textOf(response);
  let json: unknown = null;
  try {
    json = JSON.parse(text);
  } catch {
    // a page or a stream
  }
  return { status: response.status, headers: response.headers, text, json };
}

/** Of a stream that goes on: what comes first. */
async function textOf(response: Response): Promise<string> {
  if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true) return await response.text();
  const reader = response.body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  await reader?.cancel();
  return new TextDecoder().decode(value);
}

export const eventOf = (more: object = {}): Record<string, unknown> => ({
  specversion: '1.0',
  id: 'one',
  source: '/test',
  type: 'amount.booked',
  data: { account: 'a', amount: 1 },
  ...more,
});

/** Posts structured text or an event. */
export function post(url: string, event: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const body = typeof event === 'string' || Buffer.isBuffer(event) ? event : JSON.stringify(event);
  return ask(`${url}/v1/events`, {
    method: 'POST',
    body: body as RequestInit['body'] & string,
    headers: { 'content-type': STRUCTURED, ...headers },
  });
}
