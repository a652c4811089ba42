/** One connection, as bytes: what is sent, and all that comes back until the other end closes. */
import { connect, type Socket } from 'node:net';

export interface Talk {
  readonly socket: Socket;
  /** Everything so far. */
  text(): string;
  /** Until the text matches; rejects where the connection closes before. */
  until(pattern: RegExp): Promise<string>;
  /** Until the other end closes. */
  closed(): Promise<string>;
}

export function talk(port: number, ...parts: readonly (string | Buffer)[]): Talk {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    text += chunk;
  });
  // a reset is a way of closing
  socket.on('error', () => undefined);
  for (const part of parts) socket.write(part);
  const closed = new Promise<string>((resolve) => {
    socket.once('close', () => resolve(text));
  });
  return {
    socket,
    text: () => text,
    closed: () => closed,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!pattern.test(text)) return;
          socket.off('data', look);
          resolve(text);
        };
        socket.on('data', look);
        void closed.then(() => reject(new Error(`The connection closed before ${pattern} came: ${text.slice(0, 500)}`)));
        look();
      }),
  };
}

/** The status lines of answers, in order. */
export const statusesOf = (text: string): number[] => [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
