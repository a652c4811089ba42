/** Who decided, as a person says it. */
export const RUNGS = { rules: 'rule', model: 'model', llm: 'LLM', human: 'person', default: 'default' } as const;
export type Rung = keyof typeof RUNGS;
