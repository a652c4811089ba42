/**
 * A policy's text as YAML 1.2, read in one way wherever one is read. YAML has traps: a tag or a directive gives the same letters another
 * meaning, of equal keys one would silently win, and a few lines of aliases unfold to gigabytes. All of these are refused, with the place.
 *
 * Measured before this was so: 256 kB of `[` kept the process busy for 2 s, and 200 kB of `- ` ended it: no stack was left for the engine
 * itself, which nothing can catch. So the text is gone through token by token first.
 */
import { CST, type Document, isAlias, isScalar, Lexer, type Node, Parser, parseDocument, visit } from 'yaml';
import { POLICY_BYTES_MAX } from '../domain/policyBytesMax.ts';

const DEPTH_MAX = 40;
/** A key costs a comparison with every other of its map. */
const TOKENS_MAX = 20_000;
const ALIASES_MAX = 50;
/** A quarter of a million empty ones took 0.6 s. */
const LINES_MAX = 10_000;
const FAULTS_MAX = 50;
const DETAIL_CHARS_MAX = 300;

export interface TextPlace {
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

export interface TextFault extends TextPlace {
  readonly detail: string;
}

export interface ReadText {
  readonly text: string;
  /** Free of all that JSON has not. */
  readonly content: unknown;
  readonly document: Document;
}

/** What stands there, or what is wrong with it. */
export function readPolicyText(text: string): ReadText | readonly TextFault[] {
  const bytes = Buffer.byteLength(text);
  if (bytes > POLICY_BYTES_MAX) return [{ ...placeAt('', 0), detail: `must have at most ${POLICY_BYTES_MAX} bytes: it has ${bytes}` }];
  const beyond = measure(text);
  if (beyond !== null) return [beyond];
  // with `silent` a second document would be dropped without a word
  const document = parseDocument(text, { prettyErrors: false, logLevel: 'error' });
  const wrong = document.errors.slice(0, FAULTS_MAX).map(({ code, message, pos: [offset] }) => ({
    ...placeAt(text, offset),
    detail: code === 'MULTIPLE_DOCS' ? 'must be one document' : short(message),
  }));
  if (wrong.length > 0) return wrong;
  const traps = trapsIn(document).slice(0, FAULTS_MAX);
  if (traps.length > 0) return traps.map(({ node, detail }) => ({ ...placeAt(text, node?.range?.[0] ?? 0), detail }));
  try {
    return { text, content: document.toJS({ maxAliasCount: ALIASES_MAX }), document };
  } catch (error) {
    // aliases of aliases, which unfold beyond the count
    return [{ ...placeAt('', 0), detail: short((error as Error).message) }];
  }
}

export function isRead(read: ReadText | readonly TextFault[]): read is ReadText {
  return 'content' in read;
}

export function placeAt(text: string, offset: number): TextPlace {
  let line = 1;
  let lineStart = 0;
  for (let end = text.indexOf('\n'); end >= 0 && end < offset; end = text.indexOf('\n', end + 1)) {
    line += 1;
    lineStart = end + 1;
  }
  return { line, column: offset - lineStart + 1 };
}

function placeOfLine(text: string, line: number): TextPlace | null {
  let end = -1;
  for (let count = 1; count < line; count += 1) {
    end = text.indexOf('\n', end + 1);
    if (end < 0) return null;
  }
  return { line, column: 1 };
}

function short(message: string): string {
  return message.length > DETAIL_CHARS_MAX ? `${message.slice(0, DETAIL_CHARS_MAX)}...` : message;
}

/** Also the marks that turn the direction of text: who reads a policy must see what is meant. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
const UNPRINTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]|\p{Cs}/u;

/** Goes through the tokens without building anything, to the first that goes too far. */
function measure(text: string): TextFault | null {
  const unprintable = UNPRINTABLE.exec(text);
  if (unprintable !== null)
    return { ...placeAt(text, unprintable.index), detail: 'must not hold control characters, marks of direction or half a surrogate pair' };
  const beyond = placeOfLine(text, LINES_MAX + 1);
  if (beyond !== null) return { ...beyond, detail: `must have at most ${LINES_MAX} lines` };
  const parser = new Parser();
  const counted = { tokens: 0, aliases: 0 };
  for (const { type, lexeme, offset } of tokensOf(text)) {
    const fault = (detail: string): TextFault => ({ ...placeAt(text, offset), detail });
    if (type === 'tag') return fault('must have no tag: what stands there is what is meant');
    if (type === 'directive-line') return fault('must have no directive: it is YAML 1.2');
    if (type === 'alias') counted.aliases += 1;
    if (type !== 'space' && type !== 'newline') counted.tokens += 1;
    if (counted.aliases > ALIASES_MAX) return fault(`must have at most ${ALIASES_MAX} aliases`);
    if (counted.tokens > TOKENS_MAX) return fault(`must have at most ${TOKENS_MAX} tokens`);
    // it gives whole documents, which nobody needs here; its stack is what is open now
    Array.from(parser.next(lexeme));
    if (parser.stack.length > DEPTH_MAX) return fault(`must be nested at most ${DEPTH_MAX} levels deep`);
  }
  return null;
}

function* tokensOf(text: string): Generator<{ type: CST.TokenType | 'text' | null; lexeme: string; offset: number }> {
  let offset = 0;
  let isText = false;
  for (const lexeme of new Lexer().lex(text)) {
    // what follows a scalar's mark is its text, whatever it looks like
    const type: CST.TokenType | 'text' | null = isText ? 'text' : CST.tokenType(lexeme);
    isText = type === 'scalar';
    yield { type, lexeme, offset };
    // marks do not stand in the text
    if (type !== 'doc-mode' && type !== 'flow-error-end' && type !== 'scalar') offset += lexeme.length;
  }
}

interface Trap {
  readonly node: Node | null;
  readonly detail: string;
}

/** What YAML allows and a policy must not have. */
function trapsIn(document: Document): Trap[] {
  const traps: Trap[] = [];
  visit(document, {
    Pair(_key, { key }) {
      // 1 and "1" are two keys here, and one where it counts
      if (!isScalar(key) || typeof key.value !== 'string') traps.push({ node: key as Node | null, detail: 'must be a text, as every key' });
    },
    Alias(_key, alias, path) {
      const target = alias.resolve(document);
      if (target === undefined) traps.push({ node: alias, detail: 'must stand for an anchor that comes before it' });
      else if (path.some((outer) => outer === target)) traps.push({ node: alias, detail: 'must not hold itself' });
    },
    Scalar(_key, scalar) {
      const { value } = scalar;
      // the database holds neither, and a case that writes one into a record would try for ever
      if (typeof value === 'string' && (value.includes('\u0000') || /\p{Cs}/u.test(value)))
        traps.push({ node: scalar, detail: 'must not hold U+0000 or half a surrogate pair' });
    },
  });
  return traps;
}

/** The node at the end of the path, or the nearest above it; with `key`, the key that leads there. */
export function nodeAt(document: Document, path: readonly PropertyKey[], { key = false } = {}): Node | null {
  let node: Node | null = document.contents;
  let led = node;
  for (const step of path) {
    const items: readonly unknown[] = (resolved(document, node) as { items?: unknown[] } | null)?.items ?? [];
    const item = (typeof step === 'number' ? items[step] : items.find((one) => keyOf(one)?.value === step)) as Node | undefined;
    if (item === undefined) break;
    led = (keyOf(item) as Node | undefined) ?? item;
    node = keyOf(item) === undefined ? item : ((item as { value?: Node | null }).value ?? led);
  }
  return key ? led : node;
}

function resolved(document: Document, node: Node | null): Node | null {
  return isAlias(node) ? (node.resolve(document) ?? null) : node;
}

function keyOf(item: unknown): { value?: unknown } | undefined {
  return (item as { key?: { value?: unknown } }).key;
}
