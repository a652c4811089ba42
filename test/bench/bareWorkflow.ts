/** The other baseline: what an event costs when each goes to Temporal by itself. */
import { condition, defineSignal, setHandler } from '@temporalio/workflow';

export const paid = defineSignal<[{ amount: number }]>('paid');

/** Takes one event by signal, decides it, ends. */
export async function bareDecision(): Promise<string> {
  let amount: number | null = null;
  setHandler(paid, (event) => {
    amount = event.amount;
  });
  await condition(() => amount !== null);
  return (amount ?? 0) > 500 ? 'review' : 'approve';
}
