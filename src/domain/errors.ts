/** The one table of error codes: what callers see, whether trying again helps, and what Temporal is told. */

interface ErrorKind {
  readonly status: number;
  readonly retryable: boolean;
  readonly title: string;
}

export const ERRORS = {
  'bad-json': { status: 400, retryable: false, title: 'The body is not JSON' },
  'bad-event': { status: 400, retryable: false, title: 'An attribute is missing or malformed' },
  'bad-request': { status: 400, retryable: false, title: 'The request is malformed' },
  'bad-query': { status: 400, retryable: false, title: 'A query parameter is malformed' },
  'fragment-too-short': { status: 400, retryable: false, title: 'The fragment is too short to be looked for' },
  'too-deep': { status: 400, retryable: false, title: 'The JSON is nested too deeply' },
  unauthenticated: { status: 401, retryable: false, title: 'A valid key is needed' },
  'webhook-missing': { status: 401, retryable: false, title: 'What signs the request is missing' },
  'webhook-mismatch': { status: 401, retryable: false, title: 'The signature is not of a secret of this source' },
  'webhook-stale': { status: 401, retryable: false, title: 'The request was signed too long ago, or ahead of now' },
  forbidden: { status: 403, retryable: false, title: 'This key or origin may not do that' },
  'not-found': { status: 404, retryable: false, title: 'Not found' },
  'method-not-allowed': { status: 405, retryable: false, title: 'The method is not allowed here' },
  'too-slow': { status: 408, retryable: true, title: 'The request took too long to arrive' },
  conflict: { status: 409, retryable: false, title: 'The same identity was accepted with other content' },
  taken: { status: 409, retryable: false, title: 'The name is taken' },
  'no-secret-key': { status: 409, retryable: false, title: 'There is no key to seal the secret with' },
  'not-dead': { status: 409, retryable: false, title: 'The action did not end in a way that lets it be sent again' },
  'not-undoable': { status: 409, retryable: false, title: 'The action cannot be taken back' },
  'not-planned': { status: 409, retryable: false, title: 'The action waits for no try' },
  'receiver-disabled': { status: 409, retryable: false, title: 'The receiver is disabled' },
  'already-decided': { status: 409, retryable: false, title: 'Another verdict was first' },
  'already-voted': { status: 409, retryable: false, title: 'This actor has given the other verdict' },
  claimed: { status: 409, retryable: false, title: 'Somebody else works on the approval' },
  'too-many-questions': { status: 409, retryable: false, title: 'The approval has as many questions as it may have' },
  'already-answered': { status: 409, retryable: false, title: 'The question has another answer' },
  over: { status: 410, retryable: false, title: 'The approval is over' },
  'link-used': { status: 410, retryable: false, title: 'The link was used already' },
  stale: { status: 412, retryable: false, title: 'It has changed since it was read' },
  'too-large': { status: 413, retryable: false, title: 'The body is too large' },
  'uri-too-long': { status: 414, retryable: false, title: 'The address is too long' },
  'unsupported-media': { status: 415, retryable: false, title: 'The content type or encoding is not supported' },
  'expectation-failed': { status: 417, retryable: false, title: 'The expectation cannot be met' },
  'off-schema': { status: 422, retryable: false, title: "The data does not fit its flow's schema" },
  reserved: { status: 422, retryable: false, title: 'Only the flow itself makes such events' },
  'bad-verdict': { status: 422, retryable: false, title: 'The verdict is malformed or off limits' },
  'bad-policy': { status: 422, retryable: false, title: 'The policy cannot be used' },
  'bad-mapping': { status: 422, retryable: false, title: 'The mapping cannot be used' },
  'cannot-hand-on': { status: 422, retryable: false, title: 'The approval cannot be handed on so' },
  'unknown-outcome': { status: 422, retryable: false, title: 'No flow has this outcome' },
  'unknown-type': { status: 422, retryable: false, title: 'No flow takes events of this type' },
  'none-accepted': { status: 422, retryable: false, title: 'No event of the batch was accepted' },
  'too-many-requests': { status: 429, retryable: true, title: 'A limit of the caller is reached' },
  'headers-too-large': { status: 431, retryable: false, title: 'The headers are too large' },
  internal: { status: 500, retryable: true, title: 'Something went wrong here' },
  'queue-full': { status: 503, retryable: true, title: 'Too many events are waiting to be accepted' },
  'too-many-streams': { status: 503, retryable: true, title: 'Too many streams are open' },
  'database-away': { status: 503, retryable: true, title: 'The database cannot be reached' },
  'other-code': { status: 503, retryable: true, title: 'The flow runs other code than this ingress has' },
  'policy-unfit': { status: 503, retryable: true, title: 'The policy that holds does not fit the code that is here' },
  'secret-sealed': { status: 503, retryable: true, title: 'A secret that is needed cannot be unsealed here' },
  'case-busy': { status: 503, retryable: true, title: 'The case has not acknowledged its last signal yet' },
  'temporal-away': { status: 503, retryable: true, title: 'Temporal cannot be reached' },
  stopping: { status: 503, retryable: true, title: 'This ingress is stopping' },
  'receiver-refused': { status: 502, retryable: true, title: 'The receiver of an action refused it' },
  'receiver-gone': { status: 502, retryable: false, title: 'The receiver of an action answered 410 Gone' },
  'target-refused': { status: 502, retryable: false, title: 'The target may not be called from here' },
  'above-limit': { status: 403, retryable: false, title: 'The action is above its limit and no person has approved it' },
  'action-underway': { status: 503, retryable: true, title: 'Another try of the action may be under way' },
  'llm-away': { status: 502, retryable: true, title: 'The LLM gave no answer' },
  'llm-busy': { status: 503, retryable: true, title: 'The LLM takes no request now' },
  'event-missing': { status: 500, retryable: false, title: 'A case was handed an event that the log does not hold' },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERRORS;

export interface FieldError {
  pointer: string;
  detail: string;
}

/** A refusal with a stable code. `detail` is for people: no stack, no SQL, no secret. */
export class SignalboxError extends Error {
  readonly code: ErrorCode;
  readonly errors: readonly FieldError[];
  /** Further members of the problem body (`winner`, `results`). */
  readonly more: Readonly<Record<string, unknown>>;
  /** For `Retry-After`, where it is known. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ErrorCode,
    detail?: string,
    options: { errors?: readonly FieldError[]; more?: Record<string, unknown>; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(detail ?? ERRORS[code].title, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SignalboxError';
    this.code = code;
    this.errors = options.errors ?? [];
    this.more = options.more ?? {};
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** Something that keeps a command from running at all: one clear line, exit code 2. */
export class CannotRun extends Error {
  override readonly name = 'CannotRun';
}
