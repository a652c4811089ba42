/**
 * `npm run trial:streams`: 10,000 messages from each broker into a real ingress, which is killed in the middle, as the broker is once. All of them must be there once,
 * in the order of each key, nothing may wait, and audit must agree.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { audit } from '../../src/audit/audit.ts';
import { freePort } from '../../src/local/freePort.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import type { Stream } from '../../src/wire/broker.ts';
import { type BrokerKind, brokerOf, type TestBroker } from '../support/brokers.ts';
import { type IngressProcess, startIngressProcess } from '../support/ingressProcess.ts';
import { startOwnPostgres } from '../support/postgres.ts';

const { values } = parseArgs({
  options: { messages: { type: 'string', default: '10000' }, kinds: { type: 'string', default: 'nats,mqtt,kafka' } },
});
const MESSAGES = Number(values.messages);
const KEYS = 50;
const SOURCE = '/trial';
const LATE_MS = 300_000;

// the server is a process that nothing here waits for: while it starts, this one would end
const alive = setInterval(() => undefined, 1000);
const postgres = await startOwnPostgres();
const findings: string[] = [];

const accepted = async (pool: Pool): Promise<number> => {
  const { rows } = await pool.query<{ n: number }>("select count(*) as n from entries where kind = 'event' and source = $1", [SOURCE]);
  return rows[0]?.n ?? 0;
};

async function until(what: string, look: () => Promise<boolean>): Promise<void> {
  const untilMs = performance.now() + LATE_MS;
  while (!(await look().catch(() => false))) {
    if (performance.now() > untilMs) throw new Error(`${what} took too long`);
    await pause(100);
  }
}

function message(nth: number) {
  const cardId = `card-${nth % KEYS}`;
  const data = { paymentId: `p-${nth}`, cardId, terminalId: 't', amount: 1, currency: 'EUR' };
  const event = { specversion: '1.0', id: String(nth).padStart(6, '0'), source: SOURCE, type: 'payment.attempted', data };
  return { key: cardId, body: Buffer.from(JSON.stringify(event)), headers: { 'content-type': 'application/cloudevents+json' } };
}

async function sendAll(broker: TestBroker, place: string): Promise<void> {
  for (let at = 0; at < MESSAGES; at += 200)
    await broker.send(
      place,
      Array.from({ length: Math.min(200, MESSAGES - at) }, (_, nth) => message(at + nth)),
    );
}

async function tryOne(kind: BrokerKind): Promise<void> {
  const found = await brokerOf(kind);
  if (typeof found !== 'function') return console.log(`${kind}: not tried, ${found.why}`);
  const database = await postgres.empty();
  const env = { DATABASE_URL: database, TEMPORAL_ADDRESS: `127.0.0.1:${await freePort()}` };
  const broker = await found();
  let ingress: IngressProcess = await startIngressProcess(env);
  const pool = openDatabase(database, { name: 'trial', statementTimeoutMs: 0 });
  const streamNow = async (): Promise<Stream> =>
    ((await (await fetch(`${ingress.url}/v1/streams`)).json()) as { items: Stream[] }).items[0] as Stream;
  try {
    await broker.make('trial');
    const settings = { url: broker.url, from: 'trial' };
    const headers = { 'content-type': 'application/json' };
    await fetch(`${ingress.url}/v1/streams`, { method: 'POST', headers, body: JSON.stringify({ name: 'trial', kind, settings }) });
    await until('the first look', async () => (kind === 'mqtt' ? (await streamNow()).gapAt !== null : (await streamNow()).lag !== null));
    const beganMs = performance.now();
    const sending = sendAll(broker, 'trial');
    await until('a third', async () => (await accepted(pool)) > MESSAGES / 3);
    process.kill(ingress.pid, 'SIGKILL');
    ingress = await startIngressProcess(env);
    await until('half', async () => (await accepted(pool)) > MESSAGES / 2);
    await broker.kill();
    await broker.start();
    await sending;
    await until('all', async () => (await accepted(pool)) >= MESSAGES);
    const seconds = (performance.now() - beganMs) / 1000;
    await until('nothing waiting', async () => (await streamNow()).lag === 0);
    const stream = await streamNow();
    findings.push(...(await faultsOf(kind, pool)));
    console.log(
      `${kind}: ${MESSAGES} messages in ${seconds.toFixed(0)} s with both kills; ${stream.repeated} came again, lag ${stream.lag}`,
    );
  } finally {
    await ingress.stop();
    await pool.end();
    await broker.stop();
  }
}

async function faultsOf(kind: BrokerKind, pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ subject: string; id: string; ending: string }>(
    "select subject, id, ending from entries where kind = 'event' and source = $1 order by log, position",
    [SOURCE],
  );
  const faults: string[] = [];
  if (rows.length !== MESSAGES) faults.push(`${kind}: ${rows.length} events of ${MESSAGES} messages`);
  const undecided = rows.filter(({ ending }) => ending !== 'reflex' && ending !== 'waiting').length;
  if (undecided > 0) faults.push(`${kind}: ${undecided} events were not decided`);
  const last = new Map<string, string>();
  for (const { subject, id } of rows) {
    if (id <= (last.get(subject) ?? '')) faults.push(`${kind}: ${id} of ${subject} came after ${last.get(subject)}`);
    last.set(subject, id);
  }
  const { findings: audited } = await audit(pool);
  return [...faults, ...audited.map((one) => `${kind}: ${one}`)];
}

try {
  for (const kind of values.kinds.split(',') as BrokerKind[])
    await tryOne(kind).catch((error: Error) => findings.push(`${kind}: ${error.message}`));
} finally {
  await postgres.stop();
  clearInterval(alive);
}
console.log(
  findings.length === 0 ? 'Each message is there once, in order.' : `${findings.length} findings:\n${findings.slice(0, 50).join('\n')}`,
);
process.exitCode = findings.length === 0 ? 0 : 1;
