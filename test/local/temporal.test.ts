import { afterAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import { msToTs } from '@temporalio/common/lib/time.js';
import { openCaseClient } from '../../src/cases/caseClient.ts';
import { registerSearchAttributes } from '../../src/local/temporalNamespace.ts';
import { eventually } from '../support/eventually.ts';
import { type OwnTemporal, startOwnTemporal, startTemporal, startTimeSkipping } from '../support/temporal.ts';

const FLOW = defineSearchAttributeKey('SignalboxFlow', 'KEYWORD');

async function withClient<T>(address: string, namespace: string, use: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address });
  try {
    return await use(new Client({ connection, namespace }));
  } finally {
    await connection.close();
  }
}

const tagged = (workflowId: string) => ({
  workflowId,
  taskQueue: 'nobody',
  typedSearchAttributes: new TypedSearchAttributes([{ key: FLOW, value: 'fraud' }]),
});

describe('embeddedTemporal()', () => {
  let own: OwnTemporal | undefined;
  afterAll(() => own?.stop());

  it('embeddedTemporal() takes a case with search attributes in a new namespace', async () => {
    const { address, namespace } = await startTemporal();
    const started = await withClient(address, await namespace(), async (client) => {
      await client.workflow.start('anything', tagged('fraud:1'));
      return (await client.workflow.getHandle('fraud:1').describe()).typedSearchAttributes.get(FLOW);
    });
    expect(started).toBe('fraud');
  });

  it('embeddedTemporal() is back on the same address with the same cases after a kill -9', async () => {
    own = await startOwnTemporal();
    await withClient(own.address, 'default', (client) => client.workflow.start('anything', tagged('fraud:2')));
    await own.kill();
    await own.start();
    const status = await withClient(
      own.address,
      'default',
      async (client) => (await client.workflow.getHandle('fraud:2').describe()).status.name,
    );
    expect(status).toBe('RUNNING');
  });

  it('registerSearchAttributes() again adds nothing', async () => {
    const { address, namespace } = await startTemporal();
    const added = await withClient(address, await namespace(), async (client) =>
      registerSearchAttributes(client.connection as Connection, client.options.namespace),
    );
    expect(added).toEqual([]);
  });

  it('a case client tells which search attributes a namespace lacks, until it has them', async () => {
    const { address, namespace } = await startTemporal();
    const lacking = `lacking-${Date.now()}`;
    const probe = await withClient(address, await namespace(), async (client) => {
      const connection = client.connection as Connection;
      await connection.workflowService.registerNamespace({ namespace: lacking, workflowExecutionRetentionPeriod: msToTs('1 day') });
      const cases = openCaseClient({ address, namespace: lacking });
      try {
        const before = await eventually(async () => {
          const seen = await cases.probe();
          return seen.ok && seen.missing.length > 0 ? seen : null;
        });
        expect(before.missing).toEqual(expect.arrayContaining(['SignalboxFlow', 'SignalboxTenant']));
        await registerSearchAttributes(connection, lacking);
        return await eventually(async () => {
          const seen = await cases.probe();
          return seen.missing.length === 0 ? seen : null;
        });
      } finally {
        await cases.close();
      }
    });
    expect(probe).toEqual({ ok: true, workers: false, missing: [] });
  });

  it('startTimeSkipping() starts the server that tests of deadlines use', async () => {
    const environment = await startTimeSkipping();
    expect(await environment.currentTimeMs()).toBeGreaterThan(0);
    await environment.teardown();
  });
});
