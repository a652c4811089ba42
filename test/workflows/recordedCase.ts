/** Records its events in batches, by an activity whose input stays in the history: a test reads there what was handled, when, how often. */
import { shown } from '../../src/workflows/calls.ts';
import type { CaseRun } from '../../src/workflows/caseRun.ts';
import { runCase } from '../../src/workflows/runCase.ts';

export async function recordedCase(input: unknown): Promise<void> {
  await runCase(input, { handle: record, batchMax: 500, storiesMax: 1, signalsMax: 30 });
}

async function record(run: CaseRun, positions: number[]): Promise<void> {
  await run.during(() => shown.recordEndings({ ...run.key, endings: positions.map((position) => ({ position, ending: 'recorded' })) }));
}
