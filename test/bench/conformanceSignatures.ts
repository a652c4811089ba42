/**
 * The signed requests of a folder (`standard-webhooks.json`, `stripe-signatures.json`, `github-signatures.json`, `shopify-signatures.json`, `stripe-events`) against the
 * verifier, with a clock of its own, and against a running service, where each case gets endpoints and ids of its own.
 */
import { createHmac } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { providerOf } from '../../src/ingress/webhooks/providers.ts';
import { verifySignature } from '../../src/ingress/webhooks/signatures.ts';
import type { WebhookProvider } from '../../src/wire/webhook.ts';

// biome-ignore lint/suspicious/noExplicitAny: data of another's form
type Loose = any;

export interface SignatureChecks {
  readonly data: string;
  readonly url: string;
  readonly authorization: Readonly<Record<string, string>>;
  readonly run: string;
  readonly miss: (text: string) => void;
}

/** How many cases there were. A folder without the files has none. */
export async function checkSignatures(checks: SignatureChecks): Promise<number> {
  const { data } = checks;
  const read = async (name: string): Promise<Loose> => JSON.parse(await readFile(join(data, name), 'utf8'));
  const there = await readdir(data);
  let cases = 0;
  const each = async (file: string, check: (checks: SignatureChecks, content: Loose) => Promise<number>): Promise<void> => {
    if (there.includes(file)) cases += await check(checks, await read(file));
  };
  await each('standard-webhooks.json', standard);
  await each('stripe-signatures.json', stripe);
  await each('github-signatures.json', github);
  await each('shopify-signatures.json', shopify);
  if (there.includes('stripe-events')) cases += await stripeEvents(checks, join(data, 'stripe-events'));
  return cases;
}

const nowS = (): number => Math.floor(Date.now() / 1000);
const hmac = (key: string | Buffer, text: string, encoding: 'hex' | 'base64'): string =>
  createHmac('sha256', key).update(text).digest(encoding);

async function add({ url, authorization }: SignatureChecks, body: object): Promise<number> {
  const headers = { 'content-type': 'application/json', ...authorization };
  const response = await fetch(`${url}/v1/webhooks`, { method: 'POST', headers, body: JSON.stringify(body) });
  await response.text();
  return response.status;
}

async function post(
  { url }: SignatureChecks,
  source: string,
  headers: Record<string, string>,
  body: string,
): Promise<{ status: number; event: string | null }> {
  const response = await fetch(`${url}/v1/webhooks/${source}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  const answer = (await response.json()) as { event?: string };
  return { status: response.status, event: answer.event ?? null };
}

function verdictAt(
  provider: WebhookProvider,
  headers: Record<string, string>,
  { body, secret, atS }: { body: string; secret: string; atS: number },
): boolean {
  try {
    verifySignature(providerOf(provider, {}).scheme, { headers, body: Buffer.from(body), secrets: [secret], nowMs: atS * 1000 });
    return true;
  } catch {
    return false;
  }
}

function expectStatus({ miss }: SignatureChecks, id: string, status: number, accept: boolean | string): void {
  const good = status >= 200 && status < 300;
  const fits = accept === true ? good : accept === false ? status >= 400 && status < 500 : status < 500;
  if (!fits) miss(`${id}: ${status}, expected ${accept === true ? '2xx' : accept === false ? '4xx' : 'no 5xx'}`);
}

async function standard(checks: SignatureChecks, { fixed, verify_cases: { secret, payload, cases } }: Loose): Promise<number> {
  for (const one of fixed) {
    const headers = {
      'webhook-id': one['webhook-id'],
      'webhook-timestamp': String(one['webhook-timestamp']),
      'webhook-signature': one['webhook-signature'],
    };
    const good = verdictAt('standard', headers, { body: one.payload, secret: one.secret, atS: one['webhook-timestamp'] });
    if (!good) checks.miss(`standard fixed ${one['webhook-id']}: refused`);
  }
  for (const [at, one] of cases.entries()) {
    const source = `std-${checks.run}-${at}`;
    const wanted = one.config_secret ?? (one.secret_form === 'bare' ? secret.slice(6) : secret);
    const added = await add(checks, { source, provider: 'standard', secret: wanted });
    if (one.config_secret !== undefined) {
      if (added < 400) checks.miss(`standard ${one.id}: taken`);
      continue;
    }
    const id = `msg_${checks.run}_${at}`;
    const seconds = nowS() + (one.dt ?? 0);
    const key = Buffer.from(secret.slice(6), 'base64');
    const signature = `v1,${hmac(key, `${id}.${seconds}.${payload}`, 'base64')}`;
    let headers: Record<string, string> = {
      'webhook-id': id,
      'webhook-timestamp': String(seconds),
      'webhook-signature': signature,
      ...one.mutate?.set,
    };
    const { drop, truncate_signature_to: cut, add_to_timestamp: more, signature_list: list, rename, body = payload } = one.mutate ?? {};
    if (drop !== undefined) delete headers[drop];
    if (cut !== undefined) headers['webhook-signature'] = signature.slice(0, cut);
    if (more !== undefined) headers['webhook-timestamp'] = String(seconds + more);
    if (list !== undefined) headers['webhook-signature'] = list.map((text: string) => (text === '<valid>' ? signature : text)).join(' ');
    if (rename !== undefined) headers = Object.fromEntries(Object.entries(headers).map(([name, value]) => [rename[name] ?? name, value]));
    const first = await post(checks, source, headers, body);
    expectStatus(checks, `standard ${one.id}`, first.status, one.accept);
    if (one.repeat !== undefined) {
      const again = await post(checks, source, headers, body);
      if (again.event !== first.event) checks.miss(`standard ${one.id}: two events`);
    }
    if (one.then_body !== undefined) {
      const other = `v1,${hmac(key, `${id}.${seconds}.${one.then_body}`, 'base64')}`;
      const again = await post(checks, source, { ...headers, 'webhook-signature': other }, one.then_body);
      if (again.status !== 409 && again.event !== first.event) checks.miss(`standard ${one.id}: ${again.status}`);
    }
  }
  return fixed.length + cases.length;
}

async function stripe(checks: SignatureChecks, { secret, payload, fixed, cases }: Loose): Promise<number> {
  // another tolerance than ours: only those that say something about both
  for (const one of fixed.filter(({ accept }: Loose) => accept === true))
    if (!verdictAt('stripe', { 'stripe-signature': one.header }, { body: one.payload, secret: one.secret, atS: one.now }))
      checks.miss(`stripe fixed ${one.t}: refused`);
  for (const [at, one] of cases.entries()) {
    const source = `str-${checks.run}-${at}`;
    await add(checks, { source, provider: 'stripe', secret });
    const body: string = one.payload ?? payload;
    const seconds = nowS() + (one.dt ?? 0);
    const signature = one.signature ?? hmac(one.secret ?? secret, `${seconds}.${body}`, 'hex');
    const header = one.header === undefined ? `t=${seconds},${one.scheme ?? 'v1'}=${signature}${one.append ?? ''}` : one.header;
    const { status } = await post(checks, source, header === null ? {} : { 'stripe-signature': header }, one.mutate_body ?? body);
    expectStatus(checks, `stripe ${one.id}`, status, one.accept);
  }
  return fixed.length + cases.length;
}

async function github(checks: SignatureChecks, { valid, invalid }: Loose): Promise<number> {
  const all = [...valid.map((one: Loose) => [one, true]), ...invalid.map((one: Loose) => [one, false])] as [Loose, boolean][];
  for (const [at, [one, good]] of all.entries()) {
    const signature = one['X-Hub-Signature-256'];
    const headers: Record<string, string> = signature === null ? {} : { 'x-hub-signature-256': signature };
    if (verdictAt('github', headers, { body: one.payload, secret: one.secret, atS: nowS() }) !== good)
      checks.miss(`github ${at}: the verifier says ${!good}`);
    if (one.secret.length < 8) continue;
    const source = `hub-${checks.run}-${at}`;
    await add(checks, { source, provider: 'github', secret: one.secret });
    const { status } = await post(
      checks,
      source,
      { 'x-github-event': 'issues', 'x-github-delivery': `${checks.run}-${at}`, ...headers },
      one.payload,
    );
    // a body that is signed and no JSON is refused for that
    const accept = good && !/^[[{]/.test(one.payload) ? false : good;
    expectStatus(checks, `github ${at}`, status, accept);
  }
  return all.length;
}

async function shopify(checks: SignatureChecks, { secret, payload, headers: given, cases }: Loose): Promise<number> {
  for (const [at, one] of cases.entries()) {
    const source = `shp-${checks.run}-${at}`;
    await add(checks, { source, provider: 'shopify', secret });
    const headers = Object.fromEntries(Object.entries({ ...given, ...one.set }).filter(([, value]) => value !== '')) as Record<
      string,
      string
    >;
    const first = await post(checks, source, headers, one.body === null ? '' : payload);
    expectStatus(checks, `shopify ${one.id}`, first.status, one.accept);
    if (one.repeat === undefined) continue;
    const again = await post(checks, source, headers, payload);
    if (again.event !== first.event) checks.miss(`shopify ${one.id}: two events`);
  }
  return cases.length;
}

/** What each recorded body becomes is printed: whether that is right is for who reads it. */
async function stripeEvents(checks: SignatureChecks, folder: string): Promise<number> {
  const source = `evs-${checks.run}`;
  const secret = 'whsec_of-the-events';
  await add(checks, { source, provider: 'stripe', secret });
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  for (const file of files) {
    const body = JSON.stringify({ ...JSON.parse(await readFile(join(folder, file), 'utf8')), id: `evt_${file}` });
    const seconds = nowS();
    const { status, event } = await post(
      checks,
      source,
      { 'stripe-signature': `t=${seconds},v1=${hmac(secret, `${seconds}.${body}`, 'hex')}` },
      body,
    );
    expectStatus(checks, file, status, true);
    const answer = await fetch(`${checks.url}/v1/events/${event}`, { headers: checks.authorization });
    const { status: ended, decision, cloudevent } = (await answer.json()) as Loose;
    console.log(`${file}: ${cloudevent?.type}, ${ended}${decision === null ? '' : `, ${decision?.outcome}`}`);
  }
  return files.length;
}
