/** The cases of a stack as Temporal shows them, and what a person does with its command line. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { ATTRIBUTES, CASE_STATUS } from '../../src/domain/temporalNames.ts';
import type { RunFile } from '../../src/local/runFile.ts';
import type { CaseStatus } from '../../src/workflows/caseShown.ts';
import { testBinary } from './temporal.ts';

const run = promisify(execFile);

type Address = Pick<NonNullable<RunFile['temporal']>, 'address' | 'namespace'>;

export interface ShownCase {
  /** As Temporal names it. */
  readonly status: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface Cases {
  readonly client: Client;
  show(id: string): Promise<ShownCase>;
  status(id: string): Promise<CaseStatus>;
  /** `temporal workflow signal`: `input` is typed as it is; none where undefined. */
  signal(id: string, name: string, input?: string): Promise<void>;
  /** Terminates all that run; how many. */
  terminateAll(): Promise<number>;
  close(): Promise<void>;
}

export async function openCases({ address, namespace }: Address): Promise<Cases> {
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace });
  return {
    client,
    async show(id) {
      const described = await client.workflow.getHandle(id).describe();
      const attributes = Object.values(ATTRIBUTES).map((name) => [name, described.searchAttributes[name]?.[0]]);
      return { status: described.status.name, attributes: Object.fromEntries(attributes) as Record<string, unknown> };
    },
    status: (id) => client.workflow.getHandle(id).query<CaseStatus>(CASE_STATUS),
    async signal(id, name, input) {
      const to = ['--address', address, '--namespace', namespace, '--workflow-id', id, '--name', name];
      const args = ['workflow', 'signal', ...to, ...(input === undefined ? [] : ['--input', input])];
      await run(await testBinary('temporal'), args, { timeout: 20_000 });
    },
    async terminateAll() {
      let count = 0;
      for await (const { workflowId, runId } of client.workflow.list({ query: `ExecutionStatus = 'Running'` })) {
        // one that closed by itself meanwhile is no business of ours
        const done = await client.workflow
          .getHandle(workflowId, runId)
          .terminate('a test')
          .then(
            () => 1,
            () => 0,
          );
        count += done;
      }
      return count;
    },
    close: () => connection.close(),
  };
}

/** Terminates all that run; how many. */
export async function terminateCases(of: Address): Promise<number> {
  const cases = await openCases(of);
  try {
    return await cases.terminateAll();
  } finally {
    await cases.close();
  }
}
