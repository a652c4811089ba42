/** What a person, or the policy's default, said to an approval. */
import type { JsonObject } from './event.ts';

export interface Verdict {
  verdict: 'approve' | 'reject';
  actor: string;
  reason: string;
  changes?: JsonObject;
  at: string;
  via: 'http' | 'cli' | 'signal' | 'mail' | 'default';
}
