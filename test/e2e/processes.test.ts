/** Hunts what several processes on one database get wrong: a repeat taken twice, a hole, a state that its events do not fold to. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Pool } from 'undici';
import type { Receipt } from '../../src/wire/receipt.ts';
import { signalbox } from '../support/command.ts';
import { type IngressProcess, startIngressProcess } from '../support/ingressProcess.ts';
import { ordinaryPayment } from '../support/payments.ts';
import { startPostgres } from '../support/postgres.ts';
import { openService } from '../support/service.ts';
import { startTemporal } from '../support/temporal.ts';

const BUILD_AND_START_MS = 180_000;
const PROCESSES = 4;
const EVENTS = 1500;
/** Each goes to this many of the processes, at about the same time. */
const COPIES = 3;
const CONNECTIONS = 16;
const CARDS = 40;
const TERMINALS = 7;
/** A card pays every two hours. */
const STEP_MS = (2 * 3_600_000) / CARDS;
const BEGAN_MS = Date.now() - 30 * 86_400_000;

interface Answer {
  readonly status: number;
  readonly receipt: Receipt;
}

describe('signalbox ingress', () => {
  let env: Record<string, string>;
  const processes: IngressProcess[] = [];

  beforeAll(async () => {
    const [postgres, temporal] = await Promise.all([startPostgres(), startTemporal()]);
    const [database, namespace] = await Promise.all([postgres.fresh(), temporal.namespace()]);
    env = { DATABASE_URL: database, TEMPORAL_ADDRESS: temporal.address, TEMPORAL_NAMESPACE: namespace };
    const starting = Array.from({ length: PROCESSES }, async () => processes.push(await startIngressProcess(env)));
    // all have started or failed before the first failure is thrown: none is left behind
    const failed = (await Promise.allSettled(starting)).find((one) => one.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }, BUILD_AND_START_MS);

  afterAll(async () => {
    await Promise.all(processes.map((one) => one.stop()));
  });

  /** Every event to three of the four, over many connections, so that its copies race. */
  async function postAll(): Promise<Map<string, Answer[]>> {
    const pools = processes.map(({ url }) => new Pool(url, { connections: CONNECTIONS }));
    const answers = new Map<string, Answer[]>();
    const post = async (n: number, copy: number): Promise<void> => {
      const time = new Date(BEGAN_MS + n * STEP_MS).toISOString();
      const event = ordinaryPayment({ id: `e-${n}`, card: `card-${n % CARDS}`, terminal: `terminal-${n % TERMINALS}`, time });
      const pool = pools[(n + copy) % PROCESSES] as Pool;
      const { statusCode, body } = await pool.request({
        ...{ method: 'POST', path: '/v1/events', body: JSON.stringify(event) },
        headers: { 'content-type': 'application/cloudevents+json' },
      });
      const receipt = (await body.json()) as Receipt;
      answers.set(receipt.id, [...(answers.get(receipt.id) ?? []), { status: statusCode, receipt }]);
    };
    try {
      await Promise.all(Array.from({ length: EVENTS * COPIES }, (_, n) => post(Math.floor(n / COPIES), n % COPIES)));
    } finally {
      await Promise.all(pools.map((pool) => pool.close()));
    }
    return answers;
  }

  it('four processes on one database give an event one receipt and fold every state exactly', async () => {
    const answers = await postAll();
    expect(answers.size).toBe(EVENTS);
    for (const copies of answers.values()) {
      expect(copies.map(({ status }) => status)).toEqual(Array(COPIES).fill(202));
      expect(copies.filter(({ receipt }) => receipt.duplicate !== true)).toHaveLength(1);
      const ids = copies.map(({ receipt: { event, decision } }) => `${event} ${decision?.id}`);
      expect(new Set(ids).size).toBe(1);
    }
    const [first] = processes as [IngressProcess];
    const stored = await openService(first.url).list<Receipt>('/v1/events?flow=fraud');
    expect(stored.map(({ id }) => id).sort()).toEqual([...answers.keys()].sort());
    const rebuilt = await signalbox(['rebuild', '--flow', 'fraud', '--json'], env);
    expect(rebuilt).toMatchObject({ code: 0, errors: '' });
    expect(JSON.parse(rebuilt.output)).toMatchObject([{ events: EVENTS, otherCode: 0, differences: [] }]);
    const audit = await signalbox(['audit', '--json'], env);
    expect(audit).toMatchObject({ code: 0, errors: '' });
    expect(JSON.parse(audit.output)).toMatchObject({ flows: { fraud: { accepted: EVENTS } }, findings: [] });
  }, 240_000);

  it('signalbox ingress told to stop ends in order', async () => {
    expect(await Promise.all(processes.splice(0).map((one) => one.stop()))).toEqual(Array(PROCESSES).fill(0));
  });
});
