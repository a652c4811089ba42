/** Why something did not happen, in the order in which a reader asks. */
import type { FlowWhy } from '../../wire/whyNot.ts';

export type OutcomeWhy = FlowWhy['outcomes'][number];
export type Condition = OutcomeWhy['rungs'][number]['conditions'][number];

/** The conditions of all rungs; the first of a rung that did not hold is marked. */
export const conditionsOf = ({ rungs }: OutcomeWhy): (Condition & { readonly isFirst: boolean })[] =>
  rungs.flatMap(({ conditions, first }) =>
    conditions.map((condition) => ({
      ...condition,
      isFirst: first !== null && condition.name === first.name && condition.rung === first.rung,
    })),
  );
