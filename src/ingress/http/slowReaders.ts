/** Ends connections whose client does not take its answer. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * `stallMs` without a byte that moves. While an answer is in the making (`Prefer: wait`), nothing moves either: that is ours to end. An
 * idle connection has Node's own timeout, which is told here too.
 */
export function endSlowReaders(server: Server, stallMs: number): void {
  const working = new WeakMap<Socket, number>();
  const count = (socket: Socket, more: number): void => void working.set(socket, (working.get(socket) ?? 0) + more);
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    count(socket, 1);
    response.once('close', () => count(socket, -1));
  });
  server.setTimeout(stallMs, (socket) => {
    if ((working.get(socket) ?? 0) === 0 || socket.writableLength > 0) socket.destroy();
  });
}
