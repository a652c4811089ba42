/** A process that starts loads what the one before it kept of the memory, and answers as if there had been one all the time. */
import { expect, it } from '@jest/globals';
import { pino } from 'pino';
import type { Memory } from '../../src/domain/flow/reflex.ts';
import type { Flow } from '../../src/domain/flow.ts';
import { VIEWED } from '../../src/flows/personalization/events.ts';
import { personalization } from '../../src/flows/personalization/flow.ts';
import { shopMemory } from '../../src/flows/personalization/model/shopMemoryCodec.ts';
import { LogFold } from '../../src/kit/foldAll.ts';
import { activateFlow, ensureHeads } from '../../src/log/activate.ts';
import { Appender } from '../../src/log/append.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { LogMemory } from '../../src/log/memory/logMemory.ts';
import { Policies } from '../../src/log/policies.ts';
import { rebuild } from '../../src/log/rebuild.ts';
import { parsePolicy } from '../../src/policy/policy.ts';
import { arrival } from '../support/arrivals.ts';
import { eachDatabase } from '../support/eachDatabase.ts';
import { eventually } from '../support/eventually.ts';

const flow = personalization as Flow;
const SESSIONS = 60;
const BATCH = 50;
const ITEMS = 40;

let pool: Pool;
eachDatabase((url) => {
  pool = openDatabase(url, { name: 'test', appending: true });
  return pool;
});

const clicks = Array.from({ length: 600 }, (_, nth) => ({
  sessionId: `s-${nth % SESSIONS}`,
  itemId: `i-${(nth * nth + (nth % 7)) % ITEMS}`,
}));

it('a restart loads the memory from its checkpoint and what came behind, and answers the same', async () => {
  await ensureHeads(pool, 'default', [flow]);
  await activateFlow(pool, 'default', flow);
  const unbroken = new LogFold({ flow: personalization, policy: parsePolicy(personalization, personalization.policyText) });
  const logger = pino({ level: 'silent' });
  const policies = new Policies();
  for (let from = 0; from < clicks.length; from += 4 * BATCH) {
    // each of them begins with what is in the database
    const keeping = { pool, logger, everyEntries: 120 };
    const memory = new LogMemory({ tenant: 'default', flow, memory: shopMemory as Memory, keeping });
    const appender = new Appender({
      pool,
      context: { tenant: 'default', log: flow.name, flow, policies, memory },
      mailed: () => undefined,
    });
    for (let batch = from; batch < from + 4 * BATCH; batch += BATCH) {
      const some = clicks.slice(batch, batch + BATCH);
      const answers = await appender.append(
        some.map((data, nth) => arrival({ id: `${batch + nth}`, type: VIEWED, subject: data.sessionId, data })),
      );
      const said = answers.map((answer) => (answer.result === 'accepted' ? answer.decision?.result : answer.result));
      const folded = some.map((data) => unbroken.add({ type: VIEWED, data, timeMs: 0, acceptedAtMs: 0 }));
      expect(said).toEqual(folded.map(({ decision }) => decision?.result));
    }
    await appender.close();
    await memory.close();
  }
  const kept = async () => (await pool.query("select position from memories where mark = 'newest' and octet_length(bytes) > 1000")).rows;
  expect(await eventually(async () => (await kept()).length > 0 && kept())).toHaveLength(1);
  expect((await rebuild(pool, { tenant: 'default', flow, write: false })).differences).toEqual([]);
});
