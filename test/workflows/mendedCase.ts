/** A case whose code is wrong until it hears a second signal, as if it were mended then: its task is tried again until that. */
import { byRules } from '../../src/kit/climbNow.ts';
import { runCase } from '../../src/workflows/runCase.ts';

export async function mendedCase(input: unknown): Promise<void> {
  await runCase(input, {
    batchMax: 1,
    storiesMax: 1,
    handle: async (run, positions) => {
      const [about] = await run.load(positions);
      if (about === undefined) return;
      if (run.inbox.signals < 2) throw new TypeError('Cannot read properties of undefined');
      await run.end({ position: about.event.position, ending: 'case', decision: { draft: byRules('seen', []), policy: about.policy } });
    },
  });
}
