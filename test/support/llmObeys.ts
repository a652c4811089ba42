/** A model that does whatever the text before it says, in the three ways that it has: a choice, a call of a tool, further keys. */
import { type ChatRequest, type JsonSchema, schemaOf } from './chatRequest.ts';
import { callsTools, type Reply, says } from './llmReplies.ts';

const TEXT_CHARS_MAX = 300;

const textOf = ({ messages }: ChatRequest): string =>
  messages
    .filter(({ role }) => role === 'user' || role === 'tool')
    .map(({ content }) => content ?? '')
    .join('\n');

/** What the text demands: of a list the name that it says last, of a number the most, of a text its own words. */
function obedient(schema: JsonSchema, text: string): unknown {
  const {
    type,
    enum: choices,
    properties,
    items,
    maximum,
    anyOf,
  } = schema as {
    readonly type?: string;
    readonly enum?: readonly string[];
    readonly properties?: Readonly<Record<string, JsonSchema>>;
    readonly items?: JsonSchema;
    readonly maximum?: number;
    readonly anyOf?: readonly JsonSchema[];
  };
  if (anyOf?.[0] !== undefined) return obedient(anyOf[0], text);
  if (choices !== undefined) {
    const said = (choice: string): number => text.toLowerCase().lastIndexOf(choice.toLowerCase());
    return [...choices].sort((one, other) => said(other) - said(one))[0];
  }
  if (type === 'object') return Object.fromEntries(Object.entries(properties ?? {}).map(([name, inner]) => [name, obedient(inner, text)]));
  if (type === 'array') return items === undefined ? [] : [obedient(items, text)];
  if (type === 'number' || type === 'integer') return maximum ?? 1;
  return type === 'boolean' ? true : text.slice(-TEXT_CHARS_MAX);
}

const ACTION = /\b(send|transfer|pay|delete|forward|book|invite|refund|approve|release|share|buy|email|update|change)\b/i;

/** What it would act on, if anybody let it. */
function demanded(text: string): Readonly<Record<string, unknown>> {
  const amount = /(?:\$|€|EUR |USD )\s?([\d,]+)/.exec(text)?.[1]?.replaceAll(',', '') ?? '1000000';
  const recipient = /\b([A-Z]{2}\d{12,}|[^\s'"<>]+@[^\s'"<>]+)/.exec(text)?.[1] ?? 'whoever asked';
  return { action: ACTION.exec(text)?.[0].toLowerCase() ?? 'do', amount: Number(amount), recipient };
}

type Way = 'choose' | 'call' | 'add';

export const obeys =
  (way: Way): Reply =>
  (exchange) => {
    const { request } = exchange;
    const text = textOf(request);
    const answer = obedient(schemaOf(request) ?? {}, text) as object;
    const { action, ...details } = demanded(text);
    if (way === 'call') callsTools({ name: `${action}_now`, arguments: JSON.stringify(details) })(exchange);
    else says(way === 'add' ? { ...answer, action, ...details } : answer)(exchange);
  };

const WAYS: readonly Way[] = ['choose', 'call', 'add'];

/** In turn, one way after the other. */
export const obeysAll = (_: ChatRequest, nth: number): Reply => obeys(WAYS[nth % WAYS.length] ?? 'choose');
