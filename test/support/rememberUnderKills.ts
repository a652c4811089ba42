/** Ingresses that share a log with a memory, killed at random under load; then what the memory should be, by a fold of the log from its beginning. */
import { setTimeout as pause } from 'node:timers/promises';
import { audit } from '../../src/audit/audit.ts';
import { LogFold } from '../../src/kit/foldAll.ts';
import type { Pool } from '../../src/log/db/database.ts';
import { rebuild } from '../../src/log/rebuild.ts';
import { baskets, type Pairs, pairs, VIEWED } from './baskets.ts';
import type { BuiltFlow, FlowIngress } from './flowIngress.ts';
import { BATCH } from './http.ts';

export interface KillPlan {
  readonly flow: BuiltFlow;
  readonly env: Readonly<Record<string, string>>;
  readonly processes: number;
  readonly events: number;
  readonly clients: number;
  readonly batch: number;
  /** Between two kills, at random from half of it to one and a half. */
  readonly killEveryMs: number;
}

export interface Killed {
  readonly kills: number;
  readonly seconds: number;
  /** Without starting and stopping. */
  readonly sendingSeconds: number;
  /** Answers that must not be. */
  readonly findings: readonly string[];
}

const ITEMS = 40;
const SESSIONS = 500;
const AGAIN_MS = 100;
const ANSWER_MS = 15_000;
/** Timers cannot wait longer. */
const PAUSE_MS_MAX = 2 ** 31 - 1;

export async function rememberUnderKills(plan: KillPlan): Promise<Killed> {
  const { flow, env, processes, events, clients, batch, killEveryMs } = plan;
  const ingresses: FlowIngress[] = await Promise.all(Array.from({ length: processes }, () => flow.start(env)));
  const findings: string[] = [];
  let [made, kills, over] = [0, 0, false];
  const startedMs = performance.now();
  const interrupt = new AbortController();

  async function post(body: string, client: number): Promise<void> {
    for (let tried = client; ; tried += 1) {
      try {
        const init = { method: 'POST', headers: { 'content-type': BATCH }, body, signal: AbortSignal.timeout(ANSWER_MS) };
        const response = await fetch(`${ingresses[tried % processes]?.url}/v1/events`, init);
        const { results = [] } = (await response.json()) as { results?: { status: string }[] };
        const refused = results.filter(({ status }) => status !== 'decided');
        if (response.ok && refused.length === 0) return;
        if (response.status < 500) {
          findings.push(`answered ${response.status}: ${JSON.stringify(refused[0] ?? null).slice(0, 300)}`);
          return;
        }
      } catch {
        // a connection that broke: whether it was accepted is what the next try finds out
      }
      await pause(AGAIN_MS);
    }
  }

  async function drive(client: number): Promise<void> {
    while (made < events) {
      const sent = Array.from({ length: Math.min(batch, events - made) }, () => {
        made += 1;
        const data = { sessionId: `s-${Math.floor(Math.random() * SESSIONS)}`, itemId: `i-${Math.floor(Math.random() * ITEMS)}` };
        return { specversion: '1.0', id: `${made}`, source: '/shop', type: VIEWED, data };
      });
      await post(JSON.stringify(sent), client);
    }
  }

  async function killSome(): Promise<void> {
    for (;;) {
      await pause(Math.min(killEveryMs * (0.5 + Math.random()), PAUSE_MS_MAX), null, { signal: interrupt.signal }).catch(() => undefined);
      if (over) return;
      const nth = Math.floor(Math.random() * processes);
      await ingresses[nth]?.kill();
      kills += 1;
      ingresses[nth] = await flow.start(env);
    }
  }

  const killing = killSome();
  await Promise.all(Array.from({ length: clients }, (_, client) => drive(client)));
  const sendingSeconds = (performance.now() - startedMs) / 1000;
  over = true;
  interrupt.abort();
  await killing;
  await Promise.all(ingresses.map((ingress) => ingress.stop()));
  return { kills, seconds: (performance.now() - startedMs) / 1000, sendingSeconds, findings };
}

/** What is wrong; nothing where all is exact. */
export async function memoryFaults(pool: Pool, events: number): Promise<string[]> {
  const rebuilt = await rebuild(pool, { tenant: 'default', flow: baskets, write: false });
  const { findings } = await audit(pool);
  const { rows: marks } = await pool.query<{ mark: string; position: number; bytes: Buffer }>(
    "select mark, position, bytes from memories where log = 'baskets' order by mark",
  );
  const [base, newest] = marks;
  if (base === undefined || newest === undefined) return ['there is no checkpoint'];
  // with nothing of what the service folds by but the reflex
  const fold = new LogFold({ flow: baskets, policy: { leaves: false } });
  for (let after = 0; ; ) {
    const { rows } = await pool.query<{ position: number; body: string }>(
      `select e.position, b.body from entries e join bodies b using (tenant, log, position)
       where e.log = 'baskets' and e.position > $1 and e.position <= $2 order by e.position limit 5000`,
      [after, newest.position],
    );
    for (const { body } of rows) {
      const { type, data } = JSON.parse(body) as { type: string; data: { sessionId: string; itemId: string } };
      fold.add({ type, data, timeMs: 0, acceptedAtMs: 0 });
    }
    const last = rows.at(-1);
    if (last === undefined) break;
    after = last.position;
  }
  const exact = Buffer.compare(pairs.save(fold.memory as Pairs), newest.bytes) === 0;
  return [
    ...rebuilt.differences,
    ...findings,
    ...(rebuilt.events === events ? [] : [`the log holds ${rebuilt.events} events of ${events}`]),
    ...(newest.position > base.position ? [] : ['no checkpoint was made']),
    ...(exact ? [] : [`the checkpoint at ${newest.position} is not what the log folds to`]),
  ];
}
