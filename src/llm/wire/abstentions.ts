/** Why a call to an LLM gave no answer, for good: the ladder goes on at its next rung. */
export const LLM_ABSTENTIONS = {
  'not-configured': 'No LLM is configured',
  'prompt-too-long': 'The question is longer than the policy or the limit of tokens a minute allows',
  'calls-spent': 'The event has used the requests that its policy allows',
  'budget-spent': 'The budget of this window does not hold another request',
  'breaker-open': 'The model is left alone for a while, as it kept failing or its quota is used up',
  'quota-spent': 'The provider says that the quota of the key is used up',
  rejected: 'The provider refuses such requests: key, address, model or schema are wrong',
  refused: 'The model refused to answer',
  'cut-short': 'The answer was cut at its limit of tokens',
  filtered: 'The answer was held back by a content filter',
  'tool-not-offered': 'The model called a tool that it was not offered',
  'wrong-outcome': 'The model chose something that is not on the list',
  empty: 'The answer holds nothing',
  'no-choices': 'The answer is no chat completion',
  'too-large': 'The answer is larger than is read',
  'off-schema': 'The answer does not fit its schema',
} as const;

export type LlmAbstention = keyof typeof LLM_ABSTENTIONS;
