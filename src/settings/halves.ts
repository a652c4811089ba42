/** Settings that do not go without each other, or not together. */

/** The environment as it is: by name, before anything is read. */
export type Given = Readonly<Record<string, string | undefined>>;

const LLM_LIMITS = [
  'SIGNALBOX_LLM_REQUESTS_PER_MINUTE',
  'SIGNALBOX_LLM_TOKENS_PER_MINUTE',
  'SIGNALBOX_LLM_REQUESTS_AT_ONCE',
  'SIGNALBOX_LLM_CONTEXT_TOKENS',
  'SIGNALBOX_LLM_PRICE',
] as const;

/**
 * Half a configuration would be used at the first doubtful event or approval, and fail there. An LLM's key alone is none: many have one in
 * their environment for something else, and must neither be kept from starting nor charged. What is set but cannot be read counts as set.
 */
export function halves(given: Given): string[] {
  const isSet = (name: `SIGNALBOX_${string}` | `OPENAI_${string}`): boolean => given[name] !== undefined;
  const limited = LLM_LIMITS.some(isSet);
  const named = isSet('SIGNALBOX_LLM_MODEL');
  const found: readonly (readonly [boolean, string])[] = [
    [
      isSet('SIGNALBOX_WEBHOOK_URL') && !isSet('SIGNALBOX_WEBHOOK_SECRET'),
      'Cannot sign webhooks: SIGNALBOX_WEBHOOK_URL is set and SIGNALBOX_WEBHOOK_SECRET is not',
    ],
    [isSet('OPENAI_BASE_URL') && !named, 'Cannot ask an LLM: OPENAI_BASE_URL is set and SIGNALBOX_LLM_MODEL is not'],
    [
      !isSet('OPENAI_API_KEY') && !isSet('OPENAI_BASE_URL') && (named || limited),
      'Cannot ask an LLM: neither OPENAI_API_KEY nor OPENAI_BASE_URL is set, and a setting SIGNALBOX_LLM_... is',
    ],
    [
      isSet('SIGNALBOX_NOTICE_URL') !== isSet('SIGNALBOX_NOTICE_SECRET'),
      'Cannot sign notices: SIGNALBOX_NOTICE_URL and SIGNALBOX_NOTICE_SECRET are set together or not at all',
    ],
    [
      isSet('SIGNALBOX_SECRET_KEY') && isSet('SIGNALBOX_SECRET_KEY_FILE'),
      'Cannot tell which keys seal secrets: SIGNALBOX_SECRET_KEY and SIGNALBOX_SECRET_KEY_FILE are both set',
    ],
    [
      isSet('SIGNALBOX_SMTP_URL') !== isSet('SIGNALBOX_MAIL_FROM'),
      'Cannot send mail: SIGNALBOX_SMTP_URL and SIGNALBOX_MAIL_FROM are set together or not at all',
    ],
  ];
  return found.filter(([wrong]) => wrong).map(([, mistake]) => mistake);
}
