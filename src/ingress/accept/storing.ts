/**
 * Whether events can be stored, by how storing them went: a database that answers may still take nothing, as when its disk is full or it is
 * a standby. A failure counts for ten seconds, as an ingress that is not ready is sent nothing that could show it to be well again.
 */
import { SignalboxError } from '../../domain/errors.ts';

const FAILED_MS = 10_000;

const isAway = (error: unknown): boolean => error instanceof SignalboxError && error.code === 'database-away';

export class Storing {
  #failedAtMs = Number.NEGATIVE_INFINITY;

  get ok(): boolean {
    return performance.now() - this.#failedAtMs > FAILED_MS;
  }

  /** Passes on what appending gives or throws. */
  async watch<Answer>(appending: Promise<Answer[]>): Promise<Answer[]> {
    try {
      const answers = await appending;
      this.#failedAtMs = answers.some(isAway) ? performance.now() : Number.NEGATIVE_INFINITY;
      return answers;
    } catch (error) {
      if (isAway(error)) this.#failedAtMs = performance.now();
      throw error;
    }
  }
}
