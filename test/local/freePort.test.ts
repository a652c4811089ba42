import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { freePort, isPortFree } from '../../src/local/freePort.ts';

async function withTaken(use: (port: number) => Promise<void>): Promise<void> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  await use((server.address() as AddressInfo).port);
  server.close();
  await once(server, 'close');
}

describe('freePort()', () => {
  it('freePort() takes the wanted port where it is free', async () => {
    const port = await freePort();
    expect(await freePort(port)).toBe(port);
  });

  it('freePort() takes another one where the wanted one is in use', async () => {
    await withTaken(async (port) => {
      expect(await isPortFree(port)).toBe(false);
      expect(await freePort(port)).not.toBe(port);
    });
  });
});
