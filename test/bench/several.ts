/**
 * `npm run trial:several`: two ingresses and two workers on one Postgres and one full Temporal server. One of each is killed, all four are rolled, under load.
 * Nothing is lost, doubled or reordered; a roll answers no 5xx but 503 with Retry-After; SIGTERM ends an ingress within 2 s though idle connections are open.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { audit } from '../../src/audit/audit.ts';
import { openDatabase } from '../../src/log/db/database.ts';
import { MAIN } from '../support/built.ts';
import { type FullTemporal, startFullTemporal } from '../support/fullTemporal.ts';
import { startOwnPostgres } from '../support/postgres.ts';
import { openSignedReceiver } from '../support/signedReceiver.ts';

const { values } = parseArgs({
  options: {
    server: { type: 'string' },
    'sql-tool': { type: 'string' },
    source: { type: 'string' },
    seconds: { type: 'string', default: '70' },
    rate: { type: 'string', default: '20' },
  },
});
if (values.server === undefined || values['sql-tool'] === undefined || values.source === undefined) {
  console.error('--server, --sql-tool and --source name a full Temporal server: docs/scaling.md says how it is built');
  process.exit(2);
}

interface Part {
  readonly child: ChildProcess;
  /** Of an ingress. */
  readonly url: string;
}

const postgres = await startOwnPostgres();
// the first ingress migrates it
const database = await postgres.empty();
const receiver = await openSignedReceiver();
const temporal: FullTemporal = await startFullTemporal(
  { server: values.server, sqlTool: values['sql-tool'], source: values.source },
  postgres.url,
);
const env = {
  ...process.env,
  ...{ DATABASE_URL: database, TEMPORAL_ADDRESS: temporal.address, SIGNALBOX_LOG_LEVEL: 'error' },
  ...{ SIGNALBOX_WEBHOOK_URL: receiver.url, SIGNALBOX_WEBHOOK_SECRET: receiver.secret, SIGNALBOX_OUTBOUND_ALLOW: '127.0.0.1' },
};

async function startPart(kind: 'ingress' | 'worker', port = '0'): Promise<Part> {
  const child = spawn(process.execPath, [MAIN, kind], { env: { ...env, PORT: port }, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [message] = (await Promise.race([
    once(child, 'message', { signal: AbortSignal.timeout(60_000) }),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`${kind} ended with ${code}`))),
  ])) as [{ url?: string }];
  return { child, url: message.url ?? '' };
}

const parts = {
  ingress: [await startPart('ingress'), await startPart('ingress')],
  worker: [await startPart('worker'), await startPart('worker')],
};
const ports = parts.ingress.map(({ url }) => new URL(url).port);
const spares = ports.map((port) => connect(Number(port), '127.0.0.1').on('error', () => undefined));
const statuses = new Map<string, number>();
const count = (what: string): void => void statuses.set(what, (statuses.get(what) ?? 0) + 1);
const accepted = new Set<string>();
let stopped = false;

/** Tried at the other ingress until one answers. */
async function post(id: string, card: string, amount: number, at: number): Promise<void> {
  const body = JSON.stringify({
    ...{ specversion: '1.0', id, source: '/several', type: 'payment.attempted' },
    data: { paymentId: id, cardId: card, terminalId: 't', amount, currency: 'EUR' },
  });
  for (let tried = 0; tried < 200; tried += 1) {
    const { url } = parts.ingress[(at + tried) % 2] as Part;
    try {
      const answer = await fetch(`${url}/v1/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/cloudevents+json' },
        body,
        signal: AbortSignal.timeout(5000),
      });
      await answer.text();
      count(answer.status === 503 && !answer.headers.has('retry-after') ? '503 without Retry-After' : String(answer.status));
      if (answer.ok) {
        accepted.add(id);
        return;
      }
    } catch {
      count('no answer');
    }
    await pause(50);
  }
  throw new Error(`${id} was never accepted`);
}

async function load(): Promise<number> {
  const sent: Promise<void>[] = [];
  const everyMs = 1000 / Number(values.rate);
  for (let nth = 0; !stopped; nth += 1) {
    const doubtful = nth % 7 === 0;
    sent.push(post(`p-${nth}`, doubtful ? `doubt-${nth % 140}` : `card-${nth}`, doubtful ? 700 : 20, nth));
    await pause(everyMs);
  }
  await Promise.all(sent);
  return sent.length;
}

async function approveAll(): Promise<number> {
  const answered = new Set<string>();
  for (let idle = 0; idle < 60; ) {
    try {
      const { url } = parts.ingress[idle % 2] as Part;
      const { items } = (await (await fetch(`${url}/v1/approvals?limit=1000`)).json()) as { items: { id: string }[] };
      for (const { id } of items) {
        const answer = await fetch(`${url}/v1/approvals/${id}/verdict`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ verdict: 'approve', reason: 'the trial says yes' }),
        });
        if (answer.ok) answered.add(id);
      }
      idle = items.length === 0 && stopped ? idle + 1 : 0;
    } catch {
      count('no answer to a reviewer');
    }
    await pause(500);
  }
  return answered.size;
}

async function stopPart({ child }: Part, signal: NodeJS.Signals): Promise<number> {
  const beganMs = performance.now();
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
  return performance.now() - beganMs;
}

async function replace(kind: 'ingress' | 'worker', at: number, signal: NodeJS.Signals): Promise<void> {
  const took = await stopPart(parts[kind][at] as Part, signal);
  const beganMs = performance.now();
  parts[kind][at] = await startPart(kind, kind === 'ingress' ? ports[at] : '0');
  console.log(
    `${kind} ${at + 1}: ended by ${signal} after ${Math.round(took)} ms, its successor ready after ${Math.round(performance.now() - beganMs)} ms`,
  );
  if (kind === 'ingress' && signal === 'SIGTERM' && took > 2000) faults.push(`SIGTERM took an ingress ${Math.round(took)} ms`);
}

const faults: string[] = [];
const loading = load();
const approving = approveAll();
const eachMs = (Number(values.seconds) * 1000) / 8;
for (const [kind, at, signal] of [
  ['worker', 0, 'SIGKILL'],
  ['ingress', 0, 'SIGKILL'],
  ['ingress', 0, 'SIGTERM'],
  ['ingress', 1, 'SIGTERM'],
  ['worker', 0, 'SIGTERM'],
  ['worker', 1, 'SIGTERM'],
] as const) {
  await pause(eachMs);
  await replace(kind, at, signal);
}
await pause(eachMs);
stopped = true;
const sent = await loading;
const approved = await approving;
const pool = openDatabase(database, { name: 'trial' });
const one = async (text: string): Promise<number> => Number((await pool.query<{ n: number }>(text)).rows[0]?.n ?? 0);
for (let tried = 0; tried < 120 && (await one("select count(*)::int as n from actions where state = 'planned'")) > 0; tried += 1)
  await pause(500);
const stored = await one("select count(*)::int as n from entries where kind = 'event' and log = 'fraud'");
const done = await one("select count(*)::int as n from actions where state = 'done'");
const connections = await one('select count(*)::int as n from pg_stat_activity where datname is not null');
const keys = new Set(receiver.deliveries.map(({ key }) => key));
console.log(
  `${sent} sent, ${accepted.size} accepted, ${stored} stored; ${approved} approved; ${done} actions done, ${receiver.deliveries.length} deliveries of ${keys.size} keys`,
);
console.log(
  `answers: ${[...statuses].map(([status, times]) => `${status} ${times}`).join(', ')}; ${connections} connections of Postgres at the end`,
);
if (sent !== accepted.size || sent !== stored) faults.push('what was sent is not what is stored');
if (keys.size !== done) faults.push(`${done} actions are done, ${keys.size} came`);
for (const status of statuses.keys()) if (/^5/.test(status) && status !== '503') faults.push(`answers ${status}`);
const report = await audit(pool);
if (!report.ok) faults.push(...report.findings.slice(0, 10));
await pool.end();
console.log(faults.length === 0 ? 'nothing lost, nothing doubled' : faults.join('\n'));
for (const part of [...parts.worker, ...parts.ingress]) await stopPart(part, 'SIGTERM');
for (const spare of spares) spare.destroy();
await receiver.close();
await Promise.race([temporal.stop().then(() => postgres.stop()), pause(15_000)]);
process.exit(faults.length === 0 ? 0 : 1);
