/**
 * What of an event's data may be seen where. A field that its flow does not name is personal: nobody knows what is in it.
 *
 * Two nets, one behind the other: a flow's marks mask whole fields; what is shown all the same is searched for what no field should
 * hold (`redactText`), as a stranger may write anything into a field for his order's number.
 */
import type { FlowEvent, Json, JsonObject } from './event.ts';
import { eventTypeOf, type FlowTypes } from './eventType.ts';
import type { Exposure } from './flow.ts';
import { redactText } from './redactText.ts';

/** `history`: Temporal's, and logs. `prompt`: an LLM. `reviewer`: a person who may read approvals. */
export type Audience = 'history' | 'prompt' | 'reviewer';

export type Fields = Readonly<Record<string, Exposure>>;

const HIDDEN: Readonly<Record<Audience, ReadonlySet<Exposure>>> = {
  history: new Set(['personal', 'secret']),
  prompt: new Set(['id', 'personal', 'secret']),
  reviewer: new Set(['secret']),
};

const TEXT_CHARS_MAX = 1000;
const NAME_CHARS_MAX = 100;
/** Names that no flow declared: a body of nothing else would grow beyond what Temporal takes when each value becomes `[personal]`. */
const UNDECLARED_MAX = 100;
const THE_REST = '…';
/** A longer text is cut before it is searched. What the cut went through is not found any more: the end is dropped. */
const SEARCHED_CHARS_MAX = 8000;
/** More than the longest thing that shows only when it is whole: an e-mail address. */
const DOUBTFUL_CHARS = 600;

const HIDDEN_TEXT_CHARS_MIN = 4;
const HIDDEN_TEXTS_MAX = 1000;

/** The marks of a type's fields; none where the flow does not take the type (any more). */
export function fieldsOf(flow: FlowTypes, type: string): Fields {
  return eventTypeOf(flow, type)?.fields ?? {};
}

/** A text as histories, prompts, logs and problem bodies may hold it: redacted, then cut. */
export function shownText(text: string, charsMax = TEXT_CHARS_MAX): string {
  const whole = text.length <= SEARCHED_CHARS_MAX;
  const redacted = whole ? redactText(text) : redactText(text.slice(0, SEARCHED_CHARS_MAX)).slice(0, -DOUBTFUL_CHARS);
  return whole && redacted.length <= charsMax ? redacted : `${redacted.slice(0, charsMax - 1)}…`;
}

/** A name that a sender chose may say that its value is one to keep. */
const SECRET_NAME = /secret|passw|credential|authorization|(?:api|access|private|auth)[-_ ]?key|token$/i;
const SECRET_CHARS_MIN = 6;

type Show = (text: string) => string;

/** What JSON can hold, with the texts in it as `show` gives them, names included. Numbers stay. */
export function redacted<Value>(value: Value, show: Show = shownText): Value {
  return redactedAs('', value as Json, show) as Value;
}

function redactedAs(name: string, value: Json, show: Show): Json {
  if (typeof value === 'string') return value.length >= SECRET_CHARS_MIN && SECRET_NAME.test(name) ? '[key]' : show(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => redactedAs(name, item, show));
  return Object.fromEntries(
    Object.entries(value).map(([inner, item]) => [shownText(inner, NAME_CHARS_MAX), redactedAs(inner, item, show)]),
  );
}

/** Digits alone that begin as no issuer's card numbers do (times, counters, ids made from both): one in ten would pass for one. */
const UNISSUED = /^(?:[01789]|2[0189]|3[123])\d*$/;

/** An id or code that the flow vouches for stays exact, unless it is what no field should hold. */
const plain = (value: Json): Json => (typeof value === 'string' && UNISSUED.test(value) ? value : redacted(value));

/** A stranger's number may be a card's. */
function untrusted(value: Json): Json {
  if (typeof value === 'number') return !UNISSUED.test(String(value)) && redactText(String(value)) === '[card]' ? '[card]' : value;
  if (Array.isArray(value)) return value.map(untrusted);
  if (typeof value !== 'object' || value === null) return redacted(value);
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      shownText(name, NAME_CHARS_MAX),
      typeof item === 'string' ? redactedAs(name, item, shownText) : untrusted(item),
    ]),
  );
}

const exposureOf = (fields: Fields, name: string): Exposure => (Object.hasOwn(fields, name) ? fields[name] : undefined) ?? 'personal';

/**
 * The data with what the audience may not see replaced by `[personal]` or `[secret]`: a marked field whole, whatever is in it. For
 * histories and prompts, what is shown is redacted and cut, at any depth. Reviewers see it as it came.
 */
export function shownTo(audience: Audience, fields: Fields, data: JsonObject): JsonObject {
  const hidden = HIDDEN[audience];
  const shown: [string, Json][] = [];
  let undeclared = 0;
  for (const [name, value] of Object.entries(data)) {
    const exposure = exposureOf(fields, name);
    const declared = Object.hasOwn(fields, name);
    if (!declared) undeclared += 1;
    if (hidden.has(exposure)) {
      const last = !declared && undeclared > UNDECLARED_MAX;
      if (!last) shown.push([declared ? name : shownText(name, NAME_CHARS_MAX), `[${exposure}]`]);
    } else if (audience === 'reviewer') shown.push([name, value]);
    else shown.push([name, exposure === 'plain' || exposure === 'id' ? plain(value) : untrusted(value)]);
  }
  if (audience !== 'reviewer' && undeclared > UNDECLARED_MAX) shown.push([THE_REST, '[personal]']);
  return Object.fromEntries(shown);
}

/** An event for a history or a prompt. Of its subject the caller knows what may be shown. */
export function shownEvent(audience: Exclude<Audience, 'reviewer'>, flow: FlowTypes, event: FlowEvent): FlowEvent {
  const { source, id, type, data } = event;
  return { ...event, source: shownText(source), id: shownText(id), data: shownTo(audience, fieldsOf(flow, type), data) };
}

/** An earlier event's data before an LLM: the fields that its flow declares and that may be shown. Names that nobody declared are a stranger's text. */
export function shownBefore(flow: FlowTypes, { type, data }: Pick<FlowEvent, 'type' | 'data'>): JsonObject {
  const fields = fieldsOf(flow, type);
  const seen = Object.entries(data).filter(([name]) => Object.hasOwn(fields, name) && !HIDDEN.prompt.has(exposureOf(fields, name)));
  return shownTo('prompt', fields, Object.fromEntries(seen));
}

const MASK = /^\[(?:id|personal|secret|key|card|mail|iban)\]$/;
/** A time of ours, as JSON has it. */
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z$/;

/**
 * How much of a value strangers may have written: the characters of all its texts and names, each text counted once. `ours`: words of the
 * flow and of this code, which nobody else writes. Numbers say nothing.
 */
export function strangersChars(value: unknown, ours: ReadonlySet<string>): number {
  const texts = new Set<string>();
  const look = (inside: unknown): void => {
    if (typeof inside === 'string') texts.add(inside);
    else if (Array.isArray(inside)) for (const item of inside) look(item);
    else if (typeof inside === 'object' && inside !== null)
      for (const [name, item] of Object.entries(inside)) {
        texts.add(name);
        look(item);
      }
  };
  look(value);
  return [...texts].reduce((sum, text) => sum + (ours.has(text) || MASK.test(text) || TIME.test(text) ? 0 : text.length), 0);
}

/** Adds the texts and numbers within a value. */
function gather(value: Json, into: Set<string>): void {
  if (into.size >= HIDDEN_TEXTS_MAX || value === null || typeof value === 'boolean') return;
  if (typeof value === 'object') for (const item of Object.values(value)) gather(item, into);
  else if (String(value).length >= HIDDEN_TEXT_CHARS_MIN) into.add(String(value));
}

/** What somebody wrote about an event, an error's message say, for histories and logs: without the values of fields that those may not hold. */
export function shownMessage(message: string, fields: Fields, data: JsonObject): string {
  const texts = new Set<string>();
  for (const [name, value] of Object.entries(data)) if (HIDDEN.history.has(exposureOf(fields, name))) gather(value, texts);
  const longestFirst = [...texts].sort((a, b) => b.length - a.length);
  return shownText(longestFirst.reduce((text, hidden) => text.replaceAll(hidden, '[personal]'), message.slice(0, SEARCHED_CHARS_MAX)));
}
