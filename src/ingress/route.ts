/** Which flow answers an event, and whom it is about: the flow's schema alone says so. */
import type { z } from 'zod';
import { type FieldError, SignalboxError } from '../errors.ts';
import type { IncomingEvent, JsonObject } from '../event.ts';
import type { Logs, Routed } from '../log/logs.ts';

export interface RouteOptions {
  readonly history: boolean;
  /** `reject`: a type that no flow takes is refused instead of kept. */
  readonly unknownTypes: 'store' | 'reject';
  /** Whose key sent it; null with auth off. */
  readonly actor?: string | null;
}

const ERRORS_MAX = 20;
/** It is part of index keys, which the database limits to 2,704 bytes; a longer one failed its whole batch. */
const SUBJECT_BYTES_MAX = 2048;

/** Throws `unknown-type`, or `off-schema` with a pointer to each field that is wrong. */
export function route(logs: Logs, event: IncomingEvent, { history, unknownTypes, actor = null }: RouteOptions): Routed {
  const sent = { history, ...(actor === null ? {} : { actor }) };
  const flow = logs.flowOf(event.type);
  if (flow === null) {
    if (unknownTypes === 'reject') throw new SignalboxError('unknown-type', `No flow takes events of type ${event.type}`);
    return { flow: null, arrival: { event, subject: null, data: {}, ...sent } };
  }
  const type = flow.types[event.type];
  const parsed = type?.schema.safeParse(event.data ?? null);
  if (type === undefined || parsed?.success !== true) throw offSchema(`The data does not fit ${event.type} of ${flow.name}`, parsed?.error);
  // what was sent, not what a schema made of it: a rebuild reads the stored text
  const data = event.data as JsonObject;
  const subject = type.subject(data);
  const fault = subjectFault(subject);
  if (fault !== null)
    throw new SignalboxError('off-schema', `The subject ${fault}`, {
      errors: [{ pointer: '/data', detail: `names a subject that ${fault}` }],
    });
  return { flow, arrival: { event, subject, data, ...sent } };
}

export function offSchema(detail: string, fault: z.ZodError | undefined): SignalboxError {
  const errors = (fault?.issues ?? [])
    .slice(0, ERRORS_MAX)
    .map(({ path, message }): FieldError => ({ pointer: pointerOf(path), detail: message }));
  return new SignalboxError('off-schema', detail, { errors });
}

/** The database holds neither U+0000 nor half a surrogate pair in a text: one event with either failed its whole batch, or met another's subject. */
export function subjectFault(subject: string): string | null {
  if (subject === '') return 'must not be empty';
  const bytes = Buffer.byteLength(subject);
  if (bytes > SUBJECT_BYTES_MAX) return `must be at most ${SUBJECT_BYTES_MAX} bytes: it has ${bytes}`;
  return subject.includes('\u0000') || /\p{Cs}/u.test(subject) ? 'must not hold U+0000 or half a surrogate pair' : null;
}

function pointerOf(path: readonly PropertyKey[]): string {
  return ['/data', ...path.map((step) => String(step).replaceAll('~', '~0').replaceAll('/', '~1'))].join('/');
}
