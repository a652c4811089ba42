/** Errors as Temporal is told them: the type is a code of the error table, which also says whether to try again. */
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { ERRORS, type ErrorCode, SignalboxError } from '../errors.ts';
import { isDatabaseAway } from '../log/database.ts';

export function failure(
  code: ErrorCode,
  message: string,
  { cause, nextRetryDelayMs }: { cause?: unknown; nextRetryDelayMs?: number } = {},
): ApplicationFailure {
  return ApplicationFailure.create({
    type: code,
    message,
    nonRetryable: !ERRORS[code].retryable,
    ...(cause instanceof Error ? { cause } : {}),
    ...(nextRetryDelayMs === undefined ? {} : { nextRetryDelay: nextRetryDelayMs }),
  });
}

function asFailure(error: unknown): ApplicationFailure | CancelledFailure {
  // a cancelled activity must end as one, not as one that failed
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  if (error instanceof SignalboxError) return failure(error.code, error.message, { cause: error });
  if (isDatabaseAway(error)) return failure('database-away', ERRORS['database-away'].title, { cause: error });
  return failure('internal', error instanceof Error ? error.message : String(error), { cause: error });
}

/** The activity with its errors in Temporal's terms. */
export function failing<Input, Output>(activity: (input: Input) => Promise<Output>): (input: Input) => Promise<Output> {
  return async (input) => {
    try {
      return await activity(input);
    } catch (error) {
      throw asFailure(error);
    }
  };
}
