/** Which LLM is asked, and how often it may be. */
export interface LlmTarget {
  readonly baseUrl: string;
  /** Null: the server asks for none. */
  readonly apiKey: string | null;
  /** Where a policy names none. */
  readonly model: string;
  /** Per model, over all workers; null: no limit. */
  readonly requestsPerMinute: number | null;
  readonly tokensPerMinute: number | null;
}
