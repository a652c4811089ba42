/** The stream of an ingress that is killed and started again under load. Hunts a decision that a client misses, or hears of twice. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ServiceClient } from '../../src/client/serviceClient.ts';
import { freePort } from '../../src/local/freePort.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { baskets, VIEWED } from '../support/baskets.ts';
import { eventually } from '../support/eventually.ts';
import { type BuiltFlow, buildFlow, type FlowIngress } from '../support/flowIngress.ts';
import { BATCH, eventOf } from '../support/http.ts';
import { startPostgres } from '../support/postgres.ts';

const BUILD_MS = 180_000;
const KILLS = 3;
const BATCHES = 60;
const BATCH_EVENTS = 25;
const AGAIN_MS = 100;

describe('signalbox ingress', () => {
  let flow: BuiltFlow;
  let pool: Pool;
  let database: string;
  let ingress: FlowIngress;

  beforeAll(async () => {
    database = await (await startPostgres()).fresh();
    flow = await buildFlow('baskets.ts', { baskets });
    pool = openDatabase(database, { name: 'test', statementTimeoutMs: 0 });
  }, BUILD_MS);
  afterAll(async () => {
    await ingress?.kill();
    await pool.end();
    await flow.remove();
  });

  const start = async (): Promise<void> => {
    ingress = await flow.start({ DATABASE_URL: database, TEMPORAL_ADDRESS: `127.0.0.1:${await freePort()}` });
  };

  /** Until it is accepted, whoever is killed meanwhile: the same event again is a repeat. */
  async function send(nth: number): Promise<void> {
    const events = Array.from({ length: BATCH_EVENTS }, (_, at) =>
      eventOf({ id: `${nth}-${at}`, source: '/killed', type: VIEWED, data: { sessionId: `s-${at}`, itemId: `i-${nth}` } }),
    );
    for (;;) {
      const init = { method: 'POST', headers: { 'content-type': BATCH }, body: JSON.stringify(events) };
      const answer = await fetch(`${ingress.url}/v1/events`, init).catch(() => null);
      if (answer?.status === 202) return;
      await pause(AGAIN_MS);
    }
  }

  it(
    'tells a client every decision once, in order, though it is killed and started again',
    async () => {
      await start();
      const seen: string[] = [];
      let lastId: string | undefined = 'start';
      let kills = 0;
      const over = new AbortController();
      const listening = (async () => {
        while (!over.signal.aborted) {
          try {
            for await (const { event, id, data } of new ServiceClient(ingress.url, undefined).stream('/v1/stream?kinds=decision', {
              lastId,
              signal: over.signal,
            })) {
              if (event === 'decision' && data !== '') seen.push((JSON.parse(data) as { id: string }).id);
              lastId = id;
            }
          } catch {
            await pause(AGAIN_MS);
          }
        }
      })();
      const sending = (async () => {
        for (let nth = 0; nth < BATCHES; nth += 1) await send(nth);
      })();
      for (; kills < KILLS; kills += 1) {
        const before = seen.length;
        await eventually(async () => seen.length > before + BATCH_EVENTS);
        await ingress.kill();
        await start();
      }
      await sending;
      await eventually(async () => seen.length >= BATCHES * BATCH_EVENTS);
      over.abort();
      await listening;
      const { rows } = await pool.query<{ event_position: number }>(
        "select event_position from decisions where log = 'baskets' order by position",
      );
      expect(seen).toEqual(rows.map(({ event_position: position }) => `dec_baskets.${position}.0`));
      expect(kills).toBe(KILLS);
    },
    BUILD_MS,
  );
});
