/** Errors as Temporal is told them: the type is a code of the error table, which also says whether to try again. */
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { ERRORS, type ErrorCode, SignalboxError } from '../domain/errors.ts';
import { redacted, shownText } from '../domain/exposure.ts';
import { type ShownError, shownError } from '../domain/shownError.ts';
import { LlmUnanswered } from '../llm/llmCall.ts';
import { isDatabaseAway } from '../log/db/database.ts';

/** A failure stands in a history, and its causes with it: messages and stacks as those may hold them. */
export function failure(
  code: ErrorCode,
  message: string,
  { cause, nextRetryDelayMs }: { cause?: unknown; nextRetryDelayMs?: number } = {},
): ApplicationFailure {
  return ApplicationFailure.create({
    type: code,
    message: shownText(message),
    nonRetryable: !ERRORS[code].retryable,
    ...(cause instanceof Error ? { cause: asError(shownError(cause)) } : {}),
    ...(nextRetryDelayMs === undefined ? {} : { nextRetryDelay: nextRetryDelayMs }),
  });
}

function asError({ name, message, stack, cause }: ShownError): Error {
  const error = new Error(message, cause === undefined ? undefined : { cause: asError(cause) });
  error.name = name;
  error.stack = stack;
  return error;
}

/** One that was made elsewhere, perhaps of what a provider said. */
function shownFailure(failed: ApplicationFailure): ApplicationFailure {
  const { message, type, nonRetryable, nextRetryDelay, category, details, cause } = failed;
  const shown = ApplicationFailure.create({
    message: shownText(message),
    ...(type == null ? {} : { type }),
    nonRetryable: nonRetryable === true,
    ...(nextRetryDelay == null ? {} : { nextRetryDelay }),
    ...(category == null ? {} : { category }),
    // whatever a failure carries is sent as JSON
    ...(details == null ? {} : { details: redacted(JSON.parse(JSON.stringify(details)) as unknown[]) }),
    ...(cause === undefined ? {} : { cause: asError(shownError(cause)) }),
  });
  shown.stack = shownError(failed).stack;
  return shown;
}

function asFailure(error: unknown): ApplicationFailure | CancelledFailure {
  // a cancelled activity must end as one, not as one that failed
  if (error instanceof CancelledFailure) return error;
  if (error instanceof ApplicationFailure) return shownFailure(error);
  if (error instanceof LlmUnanswered)
    return failure(error.code, error.message, error.waitMs === undefined ? {} : { nextRetryDelayMs: error.waitMs });
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
