/** Slow cases by HTTP: the open ones first come first, the closed ones by how long they took, each with the way to its run. */
import { describe, expect, it } from '@jest/globals';
import { recordEndings } from '../../src/cases/recordEndings.ts';
import { Policies } from '../../src/log/policies.ts';
import { followTallies } from '../../src/log/tally/followTallies.ts';
import { openBooked } from '../support/booked.ts';
import { expectProblem } from '../support/expectProblem.ts';
import { ledger } from '../support/flows.ts';
import { eventOf, post } from '../support/http.ts';
import { ingressOfFile } from '../support/ingressOfFile.ts';

const ingress = ingressOfFile({ flows: [ledger] });
const { get } = openBooked(ingress);

async function doubtful(account: string): Promise<{ event: string; position: number }> {
  const { json } = await post(ingress.url, eventOf({ id: account, data: { account, amount: 5000 } }));
  return { event: json.event, position: Number(json.event.split('.')[1]) };
}

async function decide(account: string, position: number): Promise<void> {
  const { rows } = await ingress.pool.query<{ policy: string }>("select policy from heads where log = 'ledger'");
  const deps = { pool: ingress.pool, notifier: ingress.notifier, flows: [ledger], policies: new Policies(), announces: false };
  const draft = {
    outcome: 'fine',
    confidence: 1,
    score: null,
    rung: 'human' as const,
    reasons: [],
    result: {},
    provisional: false,
    rungs: [],
  };
  const key = { tenant: 'default', flow: 'ledger', caseId: `ledger:${account}`, subject: account };
  await recordEndings(deps, key, [{ position, ending: 'case', decision: { draft, policy: rows[0]?.policy ?? '' } }]);
}

describe('GET /v1/flows/{flow}/slow-cases', () => {
  it('gives open cases by age and closed ones by duration, with their runs in Temporal', async () => {
    const [quick, slow, first, second] = [
      await doubtful('quick'),
      await doubtful('sl/ow'),
      await doubtful('first'),
      await doubtful('second'),
    ];
    await ingress.pool.query("update entries set accepted_at = accepted_at - interval '3 hours' where log = 'ledger' and position = $1", [
      slow.position,
    ]);
    await decide('quick', quick.position);
    await decide('sl/ow', slow.position);
    await ingress.pool.query(
      "insert into deliveries (tenant, flow, case_id, subject, run) values ('default', 'ledger', 'ledger:sl%2Fow', 'sl/ow', 'run-7')",
    );
    expect((await get('/v1/flows/ledger/slow-cases')).json).toMatchObject({ closed: [], behind: expect.any(Number) });
    await followTallies(ingress.pool, 'default');
    const { json } = await get('/v1/flows/ledger/slow-cases?limit=10');
    expect(json.behind).toBe(0);
    expect(json.open.map(({ event }: { event: string }) => event)).toEqual([first.event, second.event]);
    expect(json.open[0].workflow).toMatchObject({ id: 'ledger:first', run: null, url: expect.stringContaining('ledger%3Afirst') });
    expect(json.closed.map(({ event }: { event: string }) => event)).toEqual([slow.event, quick.event]);
    expect(json.closed[0]).toMatchObject({
      ...{ subject: 'sl/ow', outcome: 'fine', rung: 'human', decision: `${slow.event.replace('evt', 'dec')}.1` },
      workflow: { run: 'run-7' },
      links: { subject: '/v1/flows/ledger/subjects/sl%2Fow', event: `/v1/events/${slow.event}` },
    });
    expect(json.closed[0].ms).toBeGreaterThanOrEqual(3 * 3_600_000);
    expect((await get('/v1/flows/ledger/slow-cases?to=2026-01-01T00:00:00Z')).json.closed).toEqual([]);
    expect((await get('/v1/flows/ledger/slow-cases?limit=1')).json).toMatchObject({ open: [{}], closed: [{}] });
    expect((await get('/v1/cases?flow=ledger')).json.items[0].workflow.id).toBe('ledger:first');
  });

  it.each([
    ['from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', '/from'],
    ['from=2026-01-01T00:00:00Z&to=2026-02-02T00:00:00Z', '/from'],
    ['limit=51', '/limit'],
    ['from=then', '/from'],
  ])('%s is refused at %s', async (query, pointer) => {
    const refused = await get(`/v1/flows/ledger/slow-cases?${query}`);
    expectProblem(refused, 400);
    expect(refused.json).toMatchObject({ code: 'bad-query', errors: [{ pointer }] });
  });
});
