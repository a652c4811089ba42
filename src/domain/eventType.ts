/** What a flow says of an event's type: the schema of its data, and whom it is about. */

import { type FieldError, SignalboxError } from './errors.ts';
import type { IncomingEvent, JsonObject } from './event.ts';
import type { EventType, Flow } from './flow.ts';
import { jsonPointer } from './jsonPointer.ts';
import { OUR_WORDS, shapeFaults } from './shapeFaults.ts';

/** The types that a flow takes: those that it answers, and those that it follows. */
export type FlowTypes = Pick<Flow, 'types' | 'follows'>;

const ERRORS_MAX = 20;
/** It is part of index keys, which the database limits to 2,704 bytes; a longer one failed its whole batch. */
const SUBJECT_BYTES_MAX = 2048;

export function eventTypeOf({ types, follows = {} }: FlowTypes, type: string): EventType | undefined {
  if (Object.hasOwn(types, type)) return types[type];
  return Object.hasOwn(follows, type) ? follows[type] : undefined;
}

/** Whom an event is about. Throws `off-schema`, with a pointer to each field that is wrong. `policy` is for types that are followed. */
export function subjectOf(
  flow: FlowTypes & Pick<Flow, 'name'>,
  { type, data }: Pick<IncomingEvent, 'type' | 'data'>,
  policy?: unknown,
): string {
  const declared = eventTypeOf(flow, type);
  const parsed = declared?.schema.safeParse(data ?? null, OUR_WORDS);
  if (declared === undefined || parsed?.success !== true)
    throw offSchema(
      `The data does not fit ${type} of ${flow.name}`,
      declared && parsed?.error && shapeFaults(declared.schema, parsed.error, '/data'),
    );
  // of what was sent, not of what a schema made of it: a rebuild reads the stored text
  const subject = declared.subject(data as Parameters<EventType['subject']>[0], policy);
  const fault = subjectFault(subject);
  if (fault === null) return subject;
  throw new SignalboxError('off-schema', `The subject ${fault}`, {
    errors: [{ pointer: namedBy(subject, data as JsonObject), detail: `names a subject that ${fault}` }],
  });
}

/** The field that the subject is, or that makes it wrong; the data as a whole where no field does alone. */
function namedBy(subject: string, data: JsonObject): string {
  const names = Object.keys(data).filter((name) => typeof data[name] === 'string' && subject.includes(data[name]));
  const name = names.find((each) => data[each] === subject) ?? names.find((each) => subjectFault(String(data[each])) !== null);
  return name === undefined ? '/data' : jsonPointer(['data', name]);
}

export function offSchema(detail: string, faults: readonly FieldError[] = []): SignalboxError {
  return new SignalboxError('off-schema', detail, { errors: faults.slice(0, ERRORS_MAX) });
}

/** The database holds neither U+0000 nor half a surrogate pair in a text: one event with either failed its whole batch, or met another's subject. */
export function subjectFault(subject: string): string | null {
  if (subject === '') return 'must not be empty';
  const bytes = Buffer.byteLength(subject);
  if (bytes > SUBJECT_BYTES_MAX) return `must be at most ${SUBJECT_BYTES_MAX} bytes: it has ${bytes}`;
  // as a part of a path, both mean another place, percent-encoded too: no link to such a subject could work
  if (subject === '.' || subject === '..') return 'must not be `.` or `..`, which no address can name';
  return subject.includes('\u0000') || /\p{Cs}/u.test(subject) ? 'must not hold U+0000 or half a surrogate pair' : null;
}
