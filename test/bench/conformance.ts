/**
 * Posts every request of a folder's `cloudevents-http.jsonl` to a running service and holds the answers, and what is stored
 * then, against what each line expects. Signed requests of webhooks that lie beside it are posted too (`conformanceSignatures.ts`). Without a folder,
 * or behind it, CloudEvents' SDKs for Go and Java send (`conformanceSdks.ts`).
 *
 *     npm run conformance -- [--data FOLDER] [--url http://127.0.0.1:8080]
 *
 * Ids repeat between the lines and between runs, so each request gets a source of its own; a line that is about a wrong
 * source, or whose body cannot be read, goes out as it is. Exit code 1 on any miss.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { applyEdits, modify } from 'jsonc-parser';
import { type Expectation, missesOf, type Stored } from './conformanceChecks.ts';
import { checkSdks } from './conformanceSdks.ts';
import { checkSignatures } from './conformanceSignatures.ts';

interface Case {
  readonly id: string;
  readonly mode: 'structured' | 'binary' | 'batch';
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly expect: Expectation;
}

/** A request with sources of its own, and the events that it may leave behind. */
interface Prepared {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly identities: readonly { source: string; id: string | null }[];
  readonly sent: readonly Record<string, unknown>[];
}

const { values } = parseArgs({ options: { data: { type: 'string' }, url: { type: 'string' } } });
const url = (values.url ?? process.env.SIGNALBOX_URL ?? 'http://127.0.0.1:8080').replace(/\/+$/, '');
const key = process.env.SIGNALBOX_KEY;
const authorization: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
const run = Date.now().toString(36);

const ownSource = (name: string, source: string): string => `/conformance/${run}/${name}?of=${encodeURIComponent(source)}`;
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const textOrNull = (value: unknown): string | null => (isText(value) ? value : null);

function prepareBinary({ id: name, headers, body }: Case): Prepared {
  const source = headers['ce-source'];
  if (!isText(source)) return { headers, body, identities: [], sent: [] };
  const own = ownSource(name, source);
  // a percent sign is itself percent-encoded in a header
  const identities = [{ source: own, id: textOrNull(headers['ce-id']) }];
  return { headers: { ...headers, 'ce-source': own.replaceAll('%', '%25') }, body, identities, sent: [] };
}

function prepareJson({ id: name, headers, body }: Case): Prepared {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    // a line about a body that cannot be read
    return { headers, body, identities: [], sent: [] };
  }
  const events = (Array.isArray(parsed) ? parsed : [parsed]) as Record<string, unknown>[];
  let text = body;
  const sent: Record<string, unknown>[] = [];
  for (const [at, event] of events.entries()) {
    if (!isText(event?.source)) continue;
    const source = ownSource(name, event.source);
    text = applyEdits(text, modify(text, Array.isArray(parsed) ? [at, 'source'] : ['source'], source, {}));
    sent.push({ ...event, source });
  }
  return { headers, body: text, identities: sent.map(({ source, id }) => ({ source: source as string, id: textOrNull(id) })), sent };
}

async function storedOf(identities: Prepared['identities']): Promise<Stored[]> {
  const found = new Map<string, Stored>();
  for (const { source, id } of identities) {
    let after = '';
    for (let more = true; more; ) {
      const query = new URLSearchParams({ source, ...(id === null ? {} : { id }), ...(after === '' ? {} : { after }) });
      const response = await fetch(`${url}/v1/events?${query}`, { headers: authorization });
      if (!response.ok) throw new Error(`Cannot read back ${query}: ${response.status} ${await response.text()}`);
      const page = (await response.json()) as { items: Stored[]; next: string; more: boolean };
      for (const item of page.items) found.set(item.event, item);
      ({ next: after, more } = page);
    }
  }
  return [...found.values()];
}

async function check(one: Case): Promise<string[]> {
  const { headers, body, identities, sent } = one.mode === 'binary' ? prepareBinary(one) : prepareJson(one);
  const response = await fetch(`${url}/v1/events`, { method: one.method, headers: { ...headers, ...authorization }, body });
  await response.text();
  const stored = await storedOf(identities);
  return missesOf(one.expect, { status: response.status, stored, sent, sources: identities.map(({ source }) => source) });
}

let missed = 0;
const miss = (text: string): void => {
  missed += 1;
  console.log(`MISS ${text}`);
};

async function checkFolder(data: string): Promise<number> {
  const lines = (await readFile(join(data, 'cloudevents-http.jsonl'), 'utf8')).split('\n').filter((line) => line.trim() !== '');
  for (const line of lines) {
    const one = JSON.parse(line) as Case;
    const misses = await check(one);
    if (misses.length > 0) missed += 1;
    for (const text of misses) console.log(`MISS ${one.id}: ${text}`);
  }
  return lines.length + (await checkSignatures({ data, url, authorization, run, miss }));
}

const ofFolder = values.data === undefined ? 0 : await checkFolder(values.data);
const all = ofFolder + (await checkSdks({ url, authorization, run, miss }));
console.log(`${all - missed} of ${all} cases as expected`);
process.exitCode = missed === 0 ? 0 : 1;
