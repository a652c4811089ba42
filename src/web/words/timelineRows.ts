/** A subject's timeline as rows: each entry in its band, and long times in which nothing happened folded into one row. */

import { span } from '../../domain/span.ts';
import type { Timeline } from '../../wire/flow.ts';

export type Step = Timeline['items'][number];

export const BANDS = ['came', 'decided', 'LLM', 'person', 'acting'] as const;
export type Band = (typeof BANDS)[number];

const BAND_OF: Readonly<Record<Step['kind'], Band>> = {
  ...{ event: 'came', signal: 'came', decision: 'decided', rung: 'decided', outcome: 'decided', llm: 'LLM' },
  ...{ approval: 'person', verdict: 'person', action: 'acting', timer: 'acting' },
};

export const bandOf = ({ kind }: Pick<Step, 'kind'>): Band => BAND_OF[kind];

export type Row = { readonly kind: 'step'; readonly step: Step } | { readonly kind: 'idle'; readonly id: string; readonly text: string };

/** A pause as long as this is folded. */
const IDLE_MS = 60_000;

/** Who was waited for, from what stood before the pause. */
function idleText(before: Step, ms: number): string {
  const who: Readonly<Partial<Record<Step['kind'], string>>> = {
    approval: 'nobody answered',
    llm: 'the LLM was waited for',
    action: 'the receiver was waited for',
  };
  const why = who[before.kind];
  return why === undefined ? span(ms) : `${span(ms)}: ${why}`;
}

export function rowsOf(steps: readonly Step[]): Row[] {
  const rows: Row[] = [];
  let before: Step | undefined;
  for (const step of steps) {
    if (before !== undefined) {
      const ms = Date.parse(step.at) - Date.parse(before.at);
      if (ms >= IDLE_MS) rows.push({ kind: 'idle', id: `idle ${step.id}`, text: idleText(before, ms) });
    }
    rows.push({ kind: 'step', step });
    before = step;
  }
  return rows;
}

/** What the subject waits for now, from its last entries; null where nothing is open. */
export function waitsFor(steps: readonly Step[]): { readonly otherwise: string; readonly until: string | null } | null {
  const decided = new Set<string>();
  for (const { kind, detail } of steps) if (kind === 'verdict' && typeof detail.approval === 'string') decided.add(detail.approval);
  const open = steps.findLast(
    ({ kind, detail }) =>
      kind === 'approval' && typeof detail.approval === 'string' && !decided.has(detail.approval) && 'deadline' in detail,
  );
  if (open === undefined) return null;
  const { deadline, default: otherwise } = open.detail;
  return { otherwise: String(otherwise), until: typeof deadline === 'string' ? deadline : null };
}
