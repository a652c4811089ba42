import { afterAll, beforeAll, expect } from '@jest/globals';
import { startIngress, type TestIngress, type TestIngressOptions } from './ingress.ts';
import { startPostgres } from './postgres.ts';

/** One for all tests of a file, on a database of its own. No request may have failed for reasons of ours by the end. */
export function ingressOfFile(options: Omit<TestIngressOptions, 'database'>): TestIngress {
  const ingress = {} as TestIngress;
  let release: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    const postgres = await startPostgres();
    release = () => postgres.stop();
    Object.assign(ingress, await startIngress({ ...options, database: await postgres.fresh() }));
  });
  afterAll(async () => {
    expect(ingress.errors).toEqual([]);
    await ingress.close();
    await release?.();
  });
  return ingress;
}
