/** Ports for what runs beside us: the wanted one where it is free, else any that is free. */
import { randomInt } from 'node:crypto';
import { type AddressInfo, createServer } from 'node:net';

/**
 * Below those that systems give to outgoing connections: one of these took the port of a server between its choosing and its start,
 * and could while a killed one is being started again.
 */
const RANGE = { from: 20_000, to: 32_000 };
const TRIES = 50;

async function listen(port: number, host: string): Promise<number> {
  const server = createServer();
  return await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => {
      const { port: taken } = server.address() as AddressInfo;
      server.close(() => resolve(taken));
    });
  });
}

/** Whether nobody listens there now. Nothing keeps it free afterwards: who takes it must still cope with losing it. */
export async function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return await listen(port, host).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') return false;
      throw error;
    },
  );
}

async function anyPort(host: string): Promise<number> {
  for (let tried = 0; tried < TRIES; tried += 1) {
    const port = randomInt(RANGE.from, RANGE.to);
    if (await isPortFree(port, host)) return port;
  }
  return await listen(0, host);
}

export async function freePort(wanted = 0, host = '127.0.0.1'): Promise<number> {
  return wanted !== 0 && (await isPortFree(wanted, host)) ? wanted : await anyPort(host);
}
