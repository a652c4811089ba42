/** The simplest case: decides each event by itself, many at a time, in order. A low limit makes it go on as a new run often. */
import type { CaseRun } from '../../src/workflows/caseRun.ts';
import { runCase } from '../../src/workflows/runCase.ts';

export async function parcelCase(input: unknown): Promise<void> {
  await runCase(input, { handle: deliver, batchMax: 500, storiesMax: 1, signalsMax: 20 });
}

async function deliver(run: CaseRun, positions: number[]): Promise<void> {
  for (let rest = positions; rest.length > 0; ) {
    const events = await run.load(rest);
    await run.endAll(
      events.map(({ event, policy }) => ({
        position: event.position,
        ending: 'case',
        decision: {
          policy,
          draft: { outcome: 'seen', confidence: 1, score: null, rung: 'rules', reasons: [], result: {}, provisional: false, rungs: [] },
        },
      })),
    );
    rest = rest.slice(events.length);
  }
}
