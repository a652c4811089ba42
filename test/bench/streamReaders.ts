/** Clients of the stream in a process of their own, for a bench: `fork(streamReaders.js, [port, count])`. They read, and count frames; it tells how many each has when asked. */
import { connect } from 'node:net';

const [port = '', count = ''] = process.argv.slice(2);
const MARK = Buffer.from('event: decision');

const seen: number[] = [];
for (let nth = 0; nth < Number(count); nth += 1) {
  seen.push(0);
  const socket = connect(Number(port), '127.0.0.1');
  let rest: Buffer = Buffer.alloc(0);
  socket.write(`GET /v1/stream HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: text/event-stream\r\n\r\n`);
  socket.on('data', (chunk: Buffer) => {
    const all = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let from = 0;
    for (let at = all.indexOf(MARK); at >= 0; at = all.indexOf(MARK, from)) {
      seen[nth] = (seen[nth] ?? 0) + 1;
      from = at + MARK.length;
    }
    rest = all.subarray(Math.max(from, all.length - MARK.length + 1));
  });
  socket.once('data', () => process.send?.({ opened: nth }));
  socket.once('close', () => {
    process.send?.({ cut: nth });
    seen[nth] = Number.NaN;
  });
  socket.on('error', () => undefined);
}
process.on('message', () => process.send?.({ seen }));
process.on('disconnect', () => process.exit(0));
