/** Ports for what runs beside us: the wanted one where it is free, else one that the system gives. */
import { type AddressInfo, createServer } from 'node:net';

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

export async function freePort(wanted = 0, host = '127.0.0.1'): Promise<number> {
  return wanted !== 0 && (await isPortFree(wanted, host)) ? wanted : await listen(0, host);
}
