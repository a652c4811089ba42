/** Decisions and what belongs to them, as kept and as shown. */

import type { Json } from './event.ts';

export type Rung = 'rules' | 'model' | 'llm' | 'human' | 'default';

export interface Reason {
  code: string;
  text: string;
  weight?: number;
}

/** What a rung found, whether or not it decided. */
export interface RungFinding {
  rung: Rung;
  outcome: string | null;
  confidence: number | null;
  ms: number;
  costUsd?: number;
  /** Why the rung passed on; absent where it decided. */
  abstained?: string;
  /** What its conditions were held against, where the judge keeps it: numbers and codes, for "why not". */
  seen?: Readonly<Record<string, Json>>;
}

/** A decision before it is recorded: who decided is `rung`, `confidence` and `score` are 0..1. */
export interface DecisionDraft {
  outcome: string;
  confidence: number;
  score: number | null;
  rung: Rung;
  reasons: Reason[];
  result: Record<string, unknown>;
  provisional: boolean;
  rungs: RungFinding[];
}

/** A decision as the API shows it. */
export interface Decision {
  id: string;
  outcome: string;
  confidence: number;
  score: number | null;
  rung: Rung;
  reasons: Reason[];
  result: Record<string, unknown>;
  provisional: boolean;
  revises: string | null;
  policy: string;
  at: string;
}
