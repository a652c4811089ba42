import { connect, createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { freePort } from '../../src/local/freePort.ts';
import { openWorker, type RunningWorker } from '../../src/run/worker.ts';
import { eventually } from '../support/caseWorld.ts';
import { parcel } from '../support/flows.ts';
import { startPostgres } from '../support/postgres.ts';
import { quietRuntime } from '../support/quietRuntime.ts';
import { startTemporal } from '../support/temporal.ts';
import { workflowBundle } from '../support/workflowBundle.ts';

describe('openWorker()', () => {
  const lines: string[] = [];
  const logger = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) });
  let proxy: Server | undefined;
  let worker: RunningWorker;

  afterEach(async () => {
    await worker.close();
    await new Promise<void>((resolve) => (proxy === undefined ? resolve() : proxy.close(() => resolve())));
  });

  async function open(address: string, namespace: string): Promise<void> {
    quietRuntime();
    const [{ url }, bundle] = await Promise.all([startPostgres(), workflowBundle()]);
    worker = openWorker({
      flows: [parcel],
      databaseUrl: url,
      temporal: { address, namespace },
      auth: 'off',
      webhook: null,
      logger,
      workflowBundle: bundle,
    });
    await eventually(async () => lines.some((line) => line.includes('Temporal is away')));
  }

  it('waits for a Temporal that is away, says so once, and starts when it is there', async () => {
    const temporal = await startTemporal();
    const port = await freePort();
    await open(`127.0.0.1:${port}`, await temporal.namespace());
    const [host = '', target] = temporal.address.split(':');
    proxy = createServer((socket) => {
      const upstream = connect(Number(target), host);
      socket.pipe(upstream).pipe(socket);
      for (const end of [socket, upstream]) end.on('error', () => end.destroy());
    }).listen(port, '127.0.0.1');
    await worker.started;
    expect(lines).toHaveLength(1);
  });

  it('stops while Temporal is away', async () => {
    await open(`127.0.0.1:${await freePort()}`, 'default');
    await worker.close();
    await expect(worker.started).rejects.toThrow();
  });
});
