/** The attributes of one CloudEvent, checked one by one as they come, with every fault named at once. */
import { type FieldError, SignalboxError } from '../../domain/errors.ts';
import { readInstant } from '../../domain/instant.ts';
import { quoted } from './canonical.ts';
import { parseMediaType } from './mediaType.ts';
import { readTrace } from './trace.ts';
import { isUri, isUriReference } from './uri.ts';

/** CloudEvents advises 20; more is taken, within reason. */
const NAME = /^[a-z0-9]{1,64}$/;
/** Told of one event; of each in a batch fewer, as thousands with twenty each were an answer of 20 MB. */
export const FAULTS_MAX = { alone: 20, inBatch: 5 } as const;

/** id and source are an index key of the database; the others stay readable. */
const BYTES_MAX = { id: 1024, source: 1024, type: 256, subject: 4096, dataschema: 4096 } as const;

const PRINTABLE = /^[\x20-\x7e]*$/;
/** Control characters, halves of surrogate pairs and noncharacters: CloudEvents' String leaves them out. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f\p{Cs}\p{Noncharacter_Code_Point}]/u;

export type CoreAttribute = 'id' | 'source' | 'type' | 'subject' | 'time' | 'datacontenttype' | 'dataschema' | 'expirytime';

/** What is wrong with the text of an attribute that has a meaning here; null where nothing is. */
const RULES: Readonly<Record<CoreAttribute, (value: string) => string | null>> = {
  id: (value) => nonEmpty(value) ?? within(value, BYTES_MAX.id),
  source: (value) =>
    nonEmpty(value) ?? within(value, BYTES_MAX.source) ?? (isUriReference(value) ? null : 'must be a URI reference (RFC 3986)'),
  type: (value) => nonEmpty(value) ?? within(value, BYTES_MAX.type),
  subject: (value) => nonEmpty(value) ?? within(value, BYTES_MAX.subject),
  time: instant,
  datacontenttype: (value) => (parseMediaType(value) === null ? 'must be a media type (RFC 2046)' : null),
  dataschema: (value) => within(value, BYTES_MAX.dataschema) ?? (isUri(value) ? null : 'must be an absolute URI (RFC 3986)'),
  expirytime: instant,
};

function nonEmpty(value: string): string | null {
  return value === '' ? 'must not be empty' : null;
}

function within(value: string, bytesMax: number): string | null {
  // a UTF-16 unit is at most three bytes, so that short texts need no count
  if (value.length * 3 <= bytesMax) return null;
  const bytes = Buffer.byteLength(value);
  return bytes <= bytesMax ? null : `must be at most ${bytesMax} bytes: it has ${bytes}`;
}

function instant(value: string): string | null {
  return readInstant(value) === null ? 'must be a time as RFC 3339 writes it, in the years 1 to 9999' : null;
}

/** What is wrong with any attribute's value by its type and characters. */
function valueFault(value: unknown): string | null {
  if (typeof value === 'string')
    return PRINTABLE.test(value) || !FORBIDDEN.test(value) ? null : 'must not hold control characters, lone surrogates or noncharacters';
  if (typeof value === 'boolean') return null;
  if (typeof value === 'number')
    return Number.isInteger(value) && value === (value | 0) ? null : 'must be an integer of 32 bits: send other numbers as text';
  return 'must be a string, a boolean or an integer';
}

function isRuled(name: string): name is keyof typeof RULES {
  return Object.hasOwn(RULES, name);
}

export class Attributes {
  /** The members as JSON text, without braces: `"specversion":"1.0","id":...` */
  text = '"specversion":"1.0"';
  readonly #values: { [name in CoreAttribute]?: string } = {};
  readonly #faults: FieldError[] = [];
  readonly #trace: { traceparent?: unknown; tracestate?: unknown } = {};
  readonly #faultsMax: number;
  #specversion: unknown;

  constructor(faultsMax: number) {
    this.#faultsMax = faultsMax;
  }

  get(name: CoreAttribute): string | undefined {
    return this.#values[name];
  }

  fault(name: string, detail: string): void {
    // a name may be anything that was sent: its pointer is escaped and cut
    const pointer = `/${name.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (this.#faults.length < this.#faultsMax) this.#faults.push({ pointer, detail });
  }

  /** A null attribute is an absent one (JSON format 1.0.2, 2.2). */
  add(name: string, value: unknown): void {
    if (value === null) return;
    if (name === 'specversion') {
      this.#specversion = value;
      return;
    }
    if (name === 'traceparent' || name === 'tracestate') {
      this.#trace[name] = value;
      return;
    }
    const wrong = this.#check(name, value);
    if (wrong !== null) this.fault(name, wrong);
    else this.text += `,"${name}":${typeof value === 'string' ? quoted(value) : String(value)}`;
  }

  #check(name: string, value: unknown): string | null {
    if (!isRuled(name)) {
      if (!NAME.test(name) || name === 'data') return 'must be named by lower-case letters and digits, 64 at most, and not `data`';
      return valueFault(value);
    }
    if (typeof value !== 'string') return 'must be a string';
    this.#values[name] = value;
    return valueFault(value) ?? RULES[name](value);
  }

  /** The event's own trace, else that of the request which brought it. */
  addTrace(request: { readonly [name: string]: unknown }): void {
    const trace = readTrace(this.#trace.traceparent, this.#trace.tracestate) ?? readTrace(request.traceparent, request.tracestate);
    if (trace === null) return;
    this.text += `,"traceparent":${quoted(trace.traceparent)}`;
    if (trace.tracestate !== null) this.text += `,"tracestate":${quoted(trace.tracestate)}`;
  }

  /** Throws one error that names every fault. */
  finish(): void {
    if (this.#specversion !== '1.0') this.fault('specversion', this.#specversion === undefined ? 'is required' : 'must be 1.0');
    for (const name of ['id', 'source', 'type'] as const) {
      if (this.#values[name] === undefined && !this.#faults.some((fault) => fault.pointer === `/${name}`)) this.fault(name, 'is required');
    }
    if (this.#faults.length === 0) return;
    const summary = this.#faults.map(({ pointer, detail }) => `${pointer.slice(1)} ${detail}`).join('; ');
    throw new SignalboxError('bad-event', `Cannot accept the event: ${summary}`, { errors: this.#faults });
  }
}
