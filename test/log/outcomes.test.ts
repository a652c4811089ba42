/**
 * Labels and decisions meet whichever comes first. The bugs this hunts: a label counted twice, or not at all, because it came early, late,
 * again, or while a follower died; a counter that a decision never leaves.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { audit } from '../../src/audit/audit.ts';
import type { AcceptedEvent } from '../../src/log/arrival.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { type Notifier, openNotifier } from '../../src/log/db/notify.ts';
import { joinOutcomes } from '../../src/outcomes/joinOutcomes.ts';
import { readTruth } from '../../src/outcomes/readOutcomes.ts';
import { readQuality } from '../../src/outcomes/readQuality.ts';
import { type ClaimsOffice, claims, cubeOf, filed, openClaims, said, settled } from '../support/claims.ts';
import { startPostgres } from '../support/postgres.ts';

let url: string;
let pool: Pool;
let notifier: Notifier;

beforeAll(async () => {
  url = await (await startPostgres()).fresh();
  pool = openDatabase(url, { name: 'test' });
  notifier = openNotifier(url);
});
afterAll(async () => {
  await notifier.close();
  await pool.end();
});

async function inOffice<Result>(work: (office: ClaimsOffice) => Promise<Result>): Promise<Result> {
  const office = await openClaims(pool, notifier);
  try {
    return await work(office);
  } finally {
    await office.close();
  }
}

const ONE_PAID_BAD = expect.stringMatching(/^model \S+ c0dec0dec0de\s+pay 9 bad n 1 900000 0$/);
const reportOf = ({ tenant }: ClaimsOffice) => readQuality(pool, tenant, claims, { by: 'rung', from: null, to: null });
const evt = ({ tenant }: ClaimsOffice, position: number): string => `evt_${tenant}.claims.${position}`;
const dec = ({ tenant }: ClaimsOffice, position: number, revision: number): string => `dec_${tenant}.claims.${position}.${revision}`;

/** What the whole log says, worked out from nothing: by event, its outcome and the truth of its last label. */
async function expected(tenant: string): Promise<string[]> {
  const { rows: entries } = await pool.query<{ position: number; type: string; subject: string; ending: string; body: string }>(
    `select e.position, e.type, e.subject, e.ending, b.body from entries e join bodies b using (tenant, log, position)
     where tenant = $1 and kind = 'event' order by position`,
    [tenant],
  );
  const { rows: finals } = await pool.query<{ event_position: number; outcome: string; body: string }>(
    'select event_position, outcome, body from decisions where tenant = $1 and not provisional',
    [tenant],
  );
  const newest = new Map<string, number>();
  const read = entries.map((entry) => ({ ...entry, data: (JSON.parse(entry.body) as { data: Record<string, string | boolean> }).data }));
  for (const { position, type, subject, data } of read) if (type === 'claim.filed') newest.set(`${subject} ${data.claim}`, position);
  const truths = new Map<number, string>();
  for (const { type, subject, data } of read) {
    if (type === 'claim.settled') truths.set(newest.get(`${subject} ${data.claim}`) ?? 0, data.bad === true ? 'bad' : 'good');
    if (type !== 'decision.outcome') continue;
    const named = data.key === undefined ? Number(String(data.event ?? data.decision).split('.')[2]) : newest.get(`${subject} ${data.key}`);
    truths.set(named ?? 0, String(data.truth));
  }
  const sums = new Map<string, { decisions: number; confidence: number; cost: number }>();
  for (const { event_position: position, outcome, body } of finals) {
    const { rung, confidence, rungs } = JSON.parse(body) as { rung: string; confidence: number; rungs: { costUsd?: number }[] };
    const cell = `${rung} ${outcome} ${Math.min(Math.floor(confidence * 10), 9)} ${truths.get(position) ?? ''}`;
    const sum = sums.get(cell) ?? { decisions: 0, confidence: 0, cost: 0 };
    sum.decisions += 1;
    sum.confidence += Math.round(confidence * 1e6);
    sum.cost += Math.round(rungs.reduce((total, { costUsd = 0 }) => total + costUsd, 0) * 1e9);
    sums.set(cell, sum);
  }
  return [...sums].map(([cell, { decisions, confidence, cost }]) => `${cell} n ${decisions} ${confidence} ${cost}`).sort();
}

/** The same of the counters. */
async function counted(tenant: string): Promise<string[]> {
  const { rows } = await pool.query<{ line: string }>(
    `select concat_ws(' ', rung, outcome, bucket, truth, 'n', sum(decisions), sum(confidence_millionths), sum(cost_usd_billionths)) as line
     from quality where tenant = $1 group by rung, outcome, bucket, truth
     having sum(decisions) <> 0 or sum(confidence_millionths) <> 0 or sum(cost_usd_billionths) <> 0`,
    [tenant],
  );
  return rows.map(({ line }) => line).sort();
}

const holder = fc.constantFrom('ann', 'bob');
const claim = fc.constantFrom('k1', 'k2', 'k3');
const nth = fc.nat(20);
const step = fc.oneof(
  fc.record({ do: fc.constant('file' as const), holder, claim, score: fc.constantFrom(0.01, 0.1, 0.5, 0.9, 0.95) }),
  fc.record({ do: fc.constant('settle' as const), holder, claim, bad: fc.boolean() }),
  fc.record({
    do: fc.constant('say' as const),
    nth,
    by: fc.constantFrom('event' as const, 'decision' as const),
    truth: fc.constantFrom('bad', 'good'),
  }),
  fc.record({ do: fc.constant('sayKey' as const), holder, claim, truth: fc.constantFrom('bad', 'good') }),
  fc.record({
    do: fc.constant('decide' as const),
    nth,
    outcome: fc.constantFrom('pay', 'refuse'),
    costUsd: fc.constantFrom(0, 0.001, 0.0035),
  }),
  fc.record({ do: fc.constant('follow' as const) }),
);

async function take(office: ClaimsOffice, steps: readonly (typeof step extends fc.Arbitrary<infer Step> ? Step : never)[]): Promise<void> {
  const events: Awaited<ReturnType<ClaimsOffice['accept']>> = [];
  for (const one of steps) {
    const about = 'nth' in one ? events[one.nth % Math.max(events.length, 1)] : undefined;
    if (one.do === 'file') events.push(...(await office.accept(filed(one.holder, one.claim, one.score))));
    if (one.do === 'settle') await office.accept(settled(one.holder, one.claim, one.bad));
    if (one.do === 'sayKey')
      await office.accept(said(one.holder, { flow: 'claims', subject: one.holder, key: one.claim, truth: one.truth }));
    if (one.do === 'say' && about !== undefined) {
      const named = one.by === 'event' ? { event: evt(office, about.position) } : { decision: dec(office, about.position, 0) };
      await office.accept(said(about.subject ?? '', { ...named, truth: one.truth }));
    }
    if (one.do === 'decide' && about?.ending === 'waiting') {
      const rungs = [{ rung: 'llm' as const, outcome: one.outcome, confidence: 0.9, ms: 1, costUsd: one.costUsd }];
      await office.decide(about, { outcome: one.outcome, rungs });
    }
    if (one.do === 'follow') await office.follow();
  }
}

describe('joinOutcomes()', () => {
  it('joinOutcomes() counts what the whole log says, whenever and however often it followed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        await inOffice(async (office) => {
          await take(office, steps);
          await office.follow();
          expect(await counted(office.tenant)).toEqual(await expected(office.tenant));
        });
      }),
      { numRuns: 60 },
    );
  });

  it('joinOutcomes() keeps the sums of a cell that one decision leaves as another enters it', async () => {
    await inOffice(async (office) => {
      await office.accept(filed('ann', 'k1', 0.91));
      await office.follow();
      await office.accept(settled('ann', 'k1', true), filed('ann', 'k2', 0.99));
      await office.follow();
      expect(await counted(office.tenant)).toEqual(['model refuse 9 bad n 1 910000 0', 'model refuse 9  n 1 990000 0'].sort());
      expect(await audit(pool, office.tenant)).toMatchObject({ ok: true, findings: [] });
    });
  });

  it('joinOutcomes() counts a decision of a case at what it cost, though another of its cell leaves in the same batch', async () => {
    await inOffice(async (office) => {
      const [one, two] = (await office.accept(filed('ann', 'k1', 0.5), filed('ann', 'k2', 0.5))) as [AcceptedEvent, AcceptedEvent];
      const asked = (costUsd: number) => ({
        outcome: 'pay',
        rungs: [{ rung: 'llm' as const, outcome: 'pay', confidence: 0.9, ms: 1, costUsd }],
      });
      await office.decide(one, asked(0.001));
      await office.follow();
      await office.accept(settled('ann', 'k1', true));
      await office.decide(two, asked(0.0035));
      await office.follow();
      expect(await counted(office.tenant)).toEqual(['default pay 9 bad n 1 1000000 1000000', 'default pay 9  n 1 1000000 3500000'].sort());
    });
  });

  it('joinOutcomes() counts each entry once though two follow at the same time, and nobody is killed', async () => {
    await inOffice(async (office) => {
      let accepting = true;
      const follow = async (): Promise<void> => {
        for (;;) {
          const last = !accepting;
          const { state } = await joinOutcomes(pool, { tenant: office.tenant, flow: claims });
          if (last && state === 'all') return;
        }
      };
      const followers = [follow(), follow(), follow()];
      for (let nth = 0; nth < 60; nth += 1) {
        await office.accept(filed('ann', `k-${nth}`, 0.9), filed('bob', `k-${nth}`, 0.1));
        await office.accept(settled('ann', `k-${nth}`, nth % 2 === 0));
      }
      accepting = false;
      await Promise.all(followers);
      await office.follow();
      expect(await counted(office.tenant)).toEqual(await expected(office.tenant));
    });
  });

  it('joinOutcomes() counts all that cases have decided since it last looked, more than it reads at a time', async () => {
    await inOffice(async (office) => {
      const [one] = (await office.accept(filed('ann', 'k', 0.5))) as [AcceptedEvent];
      await office.decide(one, { outcome: 'pay' });
      await pool.query(
        `insert into entries (tenant, log, position, kind, accepted_at, source, id, type, subject, time, ending)
         select tenant, log, 100 + n, kind, accepted_at, source, id || n, type, subject, time, 'case' from entries, generate_series(1, 2100) n
         where tenant = $1 and log = 'claims' and position = $2`,
        [office.tenant, one.position],
      );
      await pool.query(
        `insert into decisions select tenant, log, 100 + n, flow, 100 + n, revision, subject, outcome, provisional, policy, at, body
         from decisions, generate_series(1, 2100) n where tenant = $1 and event_position = $2 and not provisional`,
        [office.tenant, one.position],
      );
      await pool.query("update heads set position = 2200 where tenant = $1 and log in ('claims', 'claims/cases')", [office.tenant]);
      await office.follow();
      expect(await reportOf(office)).toMatchObject({ behind: 0, all: { decisions: 2101 } });
    });
  });

  it('joinOutcomes() does not believe a label that had expired when it came', async () => {
    await inOffice(async (office) => {
      await office.accept(filed('ann', 'k', 0.1));
      const label = settled('ann', 'k', true);
      const [expired] = await office.accept({ ...label, event: { ...label.event, expiresAt: '2026-01-01T00:00:00Z' } });
      expect(expired?.ending).toBe('expired');
      await office.follow();
      expect(await reportOf(office)).toMatchObject({ all: { decisions: 1, labelled: 0 }, labels: { waiting: 0 } });
    });
  });

  it('joinOutcomes() counts a label once that waits, and is read again as it was redriven', async () => {
    const reflex = { ...claims.reflex, keys: () => ['all'], latenessMs: 1000, newestMs: () => Date.parse('2026-06-01T00:00:00Z') };
    const fold = () => ({ states: [Buffer.from('x')] });
    const flow = { ...claims, reflex: { ...reflex, fold } } as typeof claims;
    const office = await openClaims(pool, notifier, flow);
    await office.accept(filed('ann', 'other', 0.1, '2026-06-01T00:00:00Z'));
    const [late] = (await office.accept(settled('ann', 'k', true, '2026-01-01T00:00:00Z'))) as [AcceptedEvent];
    expect(late.ending).toBe('recorded');
    await office.follow();
    expect(await reportOf(office)).toMatchObject({ labels: { waiting: 1 } });
    const { redrive } = await import('../../src/log/redrive.ts');
    const place = { tenant: office.tenant, log: 'claims', position: late.position };
    expect(await redrive({ pool, flows: [flow], mailed: () => undefined }, place)).toBe('recorded');
    await office.follow();
    expect(await reportOf(office)).toMatchObject({ labels: { waiting: 1 }, behind: 0 });
    await office.close();
  });

  it('joinOutcomes() gives the same counters in any order and with any repeats', async () => {
    const events = ['k1', 'k2', 'k3', 'k4'].map((key, at) => ({ key, score: [0.1, 0.5, 0.9, 0.2][at] as number }));
    const labels = events.slice(0, 3).map(({ key }, at) => ({ key, bad: at !== 1 }));
    const things = [...events.map((event) => ({ event })), ...labels.map((label) => ({ label })), ...labels.map((label) => ({ label }))];
    const cubes = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(things, { minLength: things.length }), fc.nat(9), async (order, followAt) => {
        await inOffice(async (office) => {
          for (const [at, thing] of order.entries()) {
            if (at === followAt) await office.follow();
            if ('label' in thing) await office.accept(settled('ann', thing.label.key, thing.label.bad));
            else {
              const [event] = await office.accept(filed('ann', thing.event.key, thing.event.score));
              if (event?.ending === 'waiting') await office.decide(event, { outcome: 'pay' });
            }
          }
          await office.follow();
          cubes.add(JSON.stringify(await cubeOf(pool, office.tenant)));
        });
      }),
      { numRuns: 25 },
    );
    expect(cubes.size).toBe(1);
    expect([...cubes][0]).toContain('bad n 1');
  });

  it('joinOutcomes() moves a decision when its label comes 60 days late, and again when it is taken back', async () => {
    await inOffice(async (office) => {
      const [first] = await office.accept(
        filed('ann', 'k', 0.1, '2026-01-01T00:00:00Z'),
        filed('ann', 'other', 0.9, '2026-03-02T00:00:00Z'),
      );
      await office.follow();
      // more than seven days without a label: it counts as good
      expect(await reportOf(office)).toMatchObject({
        silence: { truth: 'good', counted: 1 },
        all: { decisions: 2, right: 1, labelled: 0 },
      });
      const [late] = await office.accept(settled('ann', 'k', true, '2026-03-02T00:00:00Z'));
      await office.follow();
      expect(await cubeOf(pool, office.tenant)).toContainEqual(ONE_PAID_BAD);
      expect(await reportOf(office)).toMatchObject({
        silence: { counted: 0 },
        all: { decisions: 2, right: 0, wrong: 1, labelled: 1, recall: 0 },
      });
      const place = { tenant: office.tenant, log: 'claims', position: first?.position ?? 0 };
      expect(await readTruth(pool, place)).toEqual({
        truth: 'bad',
        at: '2026-03-02T00:00:00.000Z',
        event: evt(office, late?.position ?? 0),
      });
      await office.accept(settled('ann', 'k', false, '2026-03-03T00:00:00Z'));
      await office.follow();
      expect(await reportOf(office)).toMatchObject({ all: { decisions: 2, right: 1, wrong: 0, labelled: 1 } });
      // both are kept
      const { rowCount } = await pool.query('select from labels where tenant = $1', [office.tenant]);
      expect(rowCount).toBe(2);
    });
  });

  it('joinOutcomes() counts a decision that a redrive made, and believes a label that a redrive freed', async () => {
    await inOffice(async (office) => {
      const [thrown] = await office.accept(filed('ann', 'k', 13), settled('ann', 'k', true));
      await office.follow();
      expect(await reportOf(office)).toMatchObject({ labels: { waiting: 1 }, all: { decisions: 0 } });
      const mended = {
        ...claims,
        reflex: {
          ...claims.reflex,
          fold: (_: unknown, event: { data: object }) => {
            const decision = {
              outcome: 'pay',
              confidence: 0.9,
              score: null,
              rung: 'model' as const,
              reasons: [],
              result: {},
              provisional: false,
              rungs: [],
            };
            return { states: [], decision: { ...decision, result: { ...event.data } } };
          },
        },
      } as typeof claims;
      const { redrive } = await import('../../src/log/redrive.ts');
      const place = { tenant: office.tenant, log: 'claims', position: thrown?.position ?? 0 };
      expect(await redrive({ pool, flows: [mended], mailed: () => undefined }, place)).toBe('reflex');
      await office.follow();
      expect(await cubeOf(pool, office.tenant)).toEqual([ONE_PAID_BAD]);
      expect(await reportOf(office)).toMatchObject({ labels: { waiting: 0 }, behind: 0 });
    });
  });

  it('joinOutcomes() finds an event far back among those of a busy subject, and none of another subject', async () => {
    await inOffice(async (office) => {
      await office.accept(filed('ann', 'wanted', 0.1));
      for (let round = 0; round < 4; round += 1)
        await office.accept(...Array.from({ length: 100 }, (_, at) => filed('ann', `k-${round}-${at}`, 0.9)));
      await office.follow();
      await office.accept(settled('ann', 'wanted', true), settled('bob', 'wanted', true));
      await office.follow();
      expect(await cubeOf(pool, office.tenant)).toContainEqual(ONE_PAID_BAD);
      expect(await reportOf(office)).toMatchObject({ labels: { waiting: 1, dropped: 0 }, all: { labelled: 1 } });
    });
  });

  it('joinOutcomes() asks to be called again at once where a batch was full, and not for what comes meanwhile', async () => {
    await inOffice(async (office) => {
      for (let round = 0; round < 3; round += 1)
        await office.accept(...Array.from({ length: 700 }, (_, at) => filed('ann', `k-${round}-${at}`, 0.9)));
      const states = [];
      for (let turn = 0; turn < 3; turn += 1) states.push((await joinOutcomes(pool, { tenant: office.tenant, flow: claims })).state);
      expect(states).toEqual(['more', 'all', 'all']);
      expect(await reportOf(office)).toMatchObject({ behind: 0, all: { decisions: 2100 } });
    });
  });

  it('joinOutcomes() lets the oldest labels that wait give way beyond the limit, and says how many did', async () => {
    await inOffice(async (office) => {
      await office.accept(...['a', 'b', 'c'].map((key) => settled('ann', key, true)));
      await joinOutcomes(pool, { tenant: office.tenant, flow: claims }, { waitingMax: 2 });
      expect(await reportOf(office)).toMatchObject({ labels: { waiting: 2, dropped: 1 } });
      await office.accept(...['a', 'b', 'c'].map((key) => filed('ann', key, 0.1)));
      await office.follow();
      expect(await reportOf(office)).toMatchObject({ labels: { waiting: 0, dropped: 1 }, all: { labelled: 2, unknown: 1 } });
    });
  });

  it('joinOutcomes() goes on after an event that the flow itself cannot read as a label', async () => {
    const labels = {
      ...claims.labels,
      keyOf: () => {
        throw new TypeError('no key in it');
      },
    } as unknown as typeof claims.labels;
    const flow = { ...claims, labels } as typeof claims;
    const office = await openClaims(pool, notifier, flow);
    await office.accept(filed('ann', 'k', 0.1));
    const { failures } = await joinOutcomes(pool, { tenant: office.tenant, flow });
    expect(failures).toEqual([new TypeError('no key in it')]);
    expect(await reportOf(office)).toMatchObject({ behind: 0, all: { decisions: 1 } });
    await office.close();
  });

  it.each([false, true])('joinOutcomes() looks up by key, whatever the planner knows of the tables (analyzed: %s)', async (told) => {
    await inOffice(async (office) => {
      // one session: what a session has read is counted when it says so
      const one = openDatabase(url, { name: 'test', size: 1 });
      for (const table of ['decisions', 'labels', 'entries']) await one.query(`alter table ${table} set (autovacuum_enabled = off)`);
      const [event, other] = (await office.accept(filed('ann', 'k', 0.1), filed('ann', 'other', 0.5))) as [AcceptedEvent, AcceptedEvent];
      await office.follow();
      // what is known of the tables is from when they were small
      if (told) await one.query('analyze decisions, labels, entries');
      await one.query(
        `insert into decisions select tenant, log || '/cases', 1000 + n, flow, 100000 + n, 1, 's' || n, outcome, provisional, policy, at, body
         from decisions, generate_series(1, 20000) n where tenant = $1 and event_position = $2`,
        [office.tenant, event.position],
      );
      await one.query(
        `insert into labels select $1, 'claims', 100000 + n, 's' || n, decode(md5(n::text), 'hex'), 100000 + n, 'bad', now(), now() from generate_series(1, 20000) n`,
        [office.tenant],
      );
      const rows = async (): Promise<number> => {
        await one.query('select pg_stat_force_next_flush()');
        const { rows: found } = await one.query<{ n: number }>(
          "select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int as n from pg_stat_user_tables where relname in ('entries', 'decisions', 'labels', 'bodies')",
        );
        return found[0]?.n ?? 0;
      };
      await office.accept(settled('ann', 'k', true), settled('ann', 'other', true), filed('ann', 'k2', 0.1));
      await office.decide(other, { outcome: 'pay' });
      const before = await rows();
      await joinOutcomes(one, { tenant: office.tenant, flow: claims });
      const place = { tenant: office.tenant, log: 'claims', position: event.position };
      expect(await readTruth(one, place)).toMatchObject({ truth: 'bad' });
      expect((await rows()) - before).toBeLessThan(200);
      await one.end();
    });
  });

  it('joinOutcomes() counts each entry once though two follow and their sessions are killed', async () => {
    await inOffice(async (office) => {
      const followers = ['one', 'two'].map((name) => openDatabase(url, { name: `follower ${name}`, size: 2 }));
      let stop = false;
      let killed = 0;
      const following = followers.map(async (followerPool) => {
        // a killed session is what a killed process is to the database: its transaction is gone
        while (!stop) await joinOutcomes(followerPool, { tenant: office.tenant, flow: claims }).catch(() => (killed += 1));
      });
      const killing = (async () => {
        while (!stop) {
          await pool.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'signalbox follower%'
            and datname = current_database() and state <> 'idle' and random() < 0.5`);
        }
      })();
      const waiting: Awaited<ReturnType<ClaimsOffice['accept']>> = [];
      for (let round = 0; round < 60; round += 1) {
        const keys = Array.from({ length: 10 }, (_, at) => `k-${round}-${at}`);
        waiting.push(...(await office.accept(...keys.map((key, at) => filed('ann', key, [0.1, 0.5, 0.9][at % 3] as number)))));
        await office.accept(...keys.slice(0, 5).map((key, at) => settled('ann', key, (round + at) % 2 === 0)));
        const [event] = waiting.splice(0, waiting.length).filter(({ ending }) => ending === 'waiting');
        if (event !== undefined) await office.decide(event, { outcome: 'refuse' });
        // again, and the other way round
        await office.accept(settled('ann', `k-${Math.floor(round / 2)}-0`, round % 3 === 0));
      }
      stop = true;
      await Promise.all([...following, killing]);
      await office.follow();
      expect(killed).toBeGreaterThan(5);
      expect(await audit(pool, office.tenant)).toMatchObject({ ok: true, findings: [] });
      expect(await counted(office.tenant)).toEqual(await expected(office.tenant));
      await Promise.all(followers.map((followerPool) => followerPool.end()));
    });
  });
});
