/** Drives a bare `signalWithStart` per event on new subjects through the same Temporal, and waits for each decision. */
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { bareDecision, paid } from './bareWorkflow.ts';

interface BareLoad {
  readonly address: string;
  readonly namespace: string;
  readonly concurrency: number;
  readonly durationMs: number;
}

Runtime.install({ logger: new DefaultLogger('ERROR') });

/** Decisions a second, each on a workflow of its own. */
export async function runBareTemporal({
  address,
  namespace,
  concurrency,
  durationMs,
}: BareLoad): Promise<{ perSecond: number; decisions: number }> {
  const taskQueue = `bare-${process.pid}`;
  const native = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection: native,
    namespace,
    taskQueue,
    workflowsPath: fileURLToPath(new URL('./bareWorkflow.js', import.meta.url)),
  });
  const running = worker.run();
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace });
  const startedMs = performance.now();
  let [next, decisions] = [0, 0];
  const drive = async (): Promise<void> => {
    while (performance.now() - startedMs < durationMs) {
      next += 1;
      const workflowId = `bare-${process.pid}-${startedMs}-${next}`;
      const handle = await client.workflow.signalWithStart(bareDecision, {
        workflowId,
        taskQueue,
        signal: paid,
        signalArgs: [{ amount: next % 1000 }],
      });
      await handle.result();
      decisions += 1;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, drive));
  const seconds = (performance.now() - startedMs) / 1000;
  worker.shutdown();
  await running;
  await connection.close();
  await native.close();
  return { perSecond: decisions / seconds, decisions };
}
