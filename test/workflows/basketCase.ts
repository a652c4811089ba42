/** A story that cannot do without a field which may be too large for a history: how many items a basket has is its decision. */
import { storyCase } from '../../src/workflows/storyCase.ts';

export const basketCase = storyCase<unknown>(async (run) => {
  const { items, pad } = run.about.event.data as unknown as { items: readonly number[]; pad?: number };
  const result = { count: items.length, ...(pad === undefined ? {} : { pad: 'x'.repeat(pad) }) };
  const rest = { confidence: 1, score: null, rung: 'rules' as const, reasons: [], provisional: false, rungs: [] };
  await run.done({ outcome: 'seen', result, ...rest });
});
