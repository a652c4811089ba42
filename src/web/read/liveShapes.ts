/** What a stream tells beside decisions. */

interface Degraded {
  readonly part: string;
  readonly since: string;
  readonly text: string;
}

export interface Health {
  readonly degraded: readonly Degraded[];
}

export interface Summary extends Health {
  readonly at: string;
  readonly events: readonly { readonly flow: string | null; readonly perSecond: number }[];
  readonly deciding: { readonly events: number; readonly p50Ms: number | null; readonly p99Ms: number | null };
  readonly backlog: { readonly events: number; readonly oldestSeconds: number };
  readonly cases: readonly { readonly flow: string; readonly state: string; readonly events: number; readonly oldest: string | null }[];
  readonly llm: readonly { readonly flow: string; readonly spentUsd: number; readonly budgetUsd: number; readonly until: string }[];
}
