/** Why something did not happen, as the API says it. */

export interface Condition {
  readonly rung: string;
  readonly name: string;
  readonly text: string;
  readonly seen: unknown;
  readonly needed: string;
  /** Null: not known. */
  readonly met: boolean | null;
}

export interface RungWhy {
  readonly rung: string;
  readonly said: string;
  readonly conditions: readonly Condition[];
  readonly first: Condition | null;
}

export interface OutcomeWhy {
  readonly outcome: string;
  readonly happened: boolean;
  readonly text: string;
  readonly rungs: readonly RungWhy[];
  readonly first: Condition | null;
}

export interface FlowWhy {
  readonly flow: string;
  readonly takes: boolean;
  readonly text: string;
  readonly decision: string | null;
  readonly outcomes: readonly OutcomeWhy[];
  readonly score: {
    readonly value: number | null;
    readonly bands: readonly { readonly outcome: string; readonly from: number; readonly to: number }[];
  } | null;
  readonly flip: { readonly outcome: string; readonly text: string; readonly conditions: readonly Condition[] } | null;
}

export interface WhyNotAnswer {
  readonly outcome: string | null;
  readonly text: string;
  readonly flows: readonly FlowWhy[];
}

/** What would have changed it comes first; what has nothing to say is left out. */
export const conditionsOf = ({ rungs }: OutcomeWhy): (Condition & { readonly isFirst: boolean })[] =>
  rungs.flatMap(({ conditions, first }) =>
    conditions.map((condition) => ({
      ...condition,
      isFirst: first !== null && condition.name === first.name && condition.rung === first.rung,
    })),
  );
