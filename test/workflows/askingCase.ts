/** Asks an LLM by one activity, as a rung does: looked at is what Temporal does between its tries. */
import { proxyActivities } from '@temporalio/workflow';

const { ask } = proxyActivities<{ ask(eventPosition: number): Promise<string> }>({
  startToCloseTimeout: '30 s',
  retry: { initialInterval: '100 ms', backoffCoefficient: 1 },
});

export async function askingCase(eventPosition: number): Promise<string> {
  return ask(eventPosition);
}
