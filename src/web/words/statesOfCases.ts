/** What an open case does now. */
export const CASE_STATES: Readonly<Record<string, string>> = {
  deciding: 'are being decided',
  'asking-llm': 'wait for an LLM',
  'awaiting-approval': 'wait for a person',
  acting: 'take their actions',
  following: 'follow up on what was done',
};
