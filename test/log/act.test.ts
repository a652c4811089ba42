/** What a row says of an action's tries counts, whoever comes to it. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { openOutbound } from '../../src/actions/outbound.ts';
import { createAct, SCHEDULE_MS } from '../../src/activities/act.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { LOOPBACK_TARGETS } from '../../src/settings/outboundTarget.ts';
import { startPostgres } from '../support/postgres.ts';
import { openSignedReceiver, type SignedReceiver } from '../support/signedReceiver.ts';

describe('act()', () => {
  let pool: Pool;
  let receiver: SignedReceiver;

  beforeAll(async () => {
    pool = openDatabase(await (await startPostgres()).fresh(), { name: 'test' });
    receiver = await openSignedReceiver();
  });
  afterAll(async () => {
    await receiver.close();
    await pool.end();
  });

  /** Planned, with so many tries behind it; the last one's worker died before it said how that went. */
  async function act(position: number, tries: number) {
    await pool.query(
      `insert into actions (tenant, flow, event_position, action, key, decision, subject, state, body, planned_at, position, tries, not_before)
       values ('default', 'fraud', $1::bigint, 'block', $3, $4, 'c', 'planned', '{"type":"fraud.block"}', now(), $1::bigint, $2, now() - interval '1 s')`,
      [position, tries, `act_fraud.${position}.block`, `dec_fraud.${position}.1`],
    );
    const webhook = { url: receiver.url, secret: receiver.secret, outbound: openOutbound(LOOPBACK_TARGETS) };
    return createAct({ pool, webhook, logger: pino({ level: 'silent' }) })({
      tenant: 'default',
      flow: 'fraud',
      caseId: 'fraud:c',
      eventPosition: position,
      action: 'block',
    });
  }

  it('act() tries no more than its schedule says, though nobody knows how the last try went', async () => {
    expect(await act(1, SCHEDULE_MS.length)).toMatchObject({ state: 'dead', error: 'the last try has no known answer' });
    expect(receiver.deliveries).toEqual([]);
  });

  it('act() makes the last try that is left', async () => {
    expect(await act(2, SCHEDULE_MS.length - 1)).toMatchObject({ state: 'done', tries: SCHEDULE_MS.length });
    expect(receiver.deliveries.map(({ key }) => key)).toEqual(['act_fraud.2.block']);
  });
});
