/** A return is accepted up to the policy's amount, refused beyond. */
import type { CaseRun } from '../../src/workflows/caseRun.ts';
import { runCase } from '../../src/workflows/runCase.ts';

export async function returnsCase(input: unknown): Promise<void> {
  await runCase(input, { handle: judge, batchMax: 1, storiesMax: 50 });
}

async function judge(run: CaseRun, positions: number[]): Promise<void> {
  const [asked] = await run.load<{ acceptUpTo: number }>(positions);
  if (asked === undefined) return;
  const { position, data } = asked.event;
  if (asked.expired) {
    await run.end({ position, ending: 'expired' });
    return;
  }
  const outcome = Number(data.amount) <= asked.content.acceptUpTo ? 'accept' : 'refuse';
  const reasons = [{ code: 'amount', text: `the amount is ${data.amount}, the limit ${asked.content.acceptUpTo}` }];
  const draft = { outcome, confidence: 1, score: null, rung: 'rules' as const, reasons, result: {}, provisional: false, rungs: [] };
  await run.end({ position, ending: 'case', decision: { draft, policy: asked.policy } });
}
