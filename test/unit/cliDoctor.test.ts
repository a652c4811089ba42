/** The doctor on real servers: what is well it says is well, what is not it names with what to do next. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { examine } from '../../src/cli/doctor/examine.ts';
import type { Finding } from '../../src/cli/doctor/finding.ts';
import { lookAtKeys } from '../../src/cli/doctor/keys.ts';
import { lookAtLlmRecords } from '../../src/cli/doctor/llmRecord.ts';
import { fraud } from '../../src/flows/fraud/flow.ts';
import { freePort } from '../../src/local/freePort.ts';
import { activateFlow, ensureHeads } from '../../src/log/activate.ts';
import { openDatabase } from '../../src/log/db/database.ts';
import { createKey } from '../../src/log/keys.ts';
import { type Config, readConfig } from '../../src/settings/config.ts';
import { startPostgres } from '../support/postgres.ts';
import { startTemporal } from '../support/temporal.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-doctor-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const config = (settings: Record<string, string>): Config => readConfig({ SIGNALBOX_DATA: folder, ...settings });
const of = (findings: readonly Finding[], what: string): Finding | undefined => findings.find((finding) => finding.what === what);

async function run(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

describe('examine()', () => {
  it('examine() finds servers in order, and says that no worker and no ingress is there', async () => {
    const [postgres, temporal] = await Promise.all([startPostgres(), startTemporal()]);
    const findings = await examine(
      config({
        DATABASE_URL: await postgres.fresh(),
        TEMPORAL_ADDRESS: temporal.address,
        TEMPORAL_NAMESPACE: await temporal.namespace(),
        SIGNALBOX_URL: `http://127.0.0.1:${await freePort()}`,
      }),
    );
    for (const what of [
      'node',
      'database',
      'durability',
      'schema',
      'backlog',
      'acting',
      'actions',
      'receivers',
      'quarantine',
      'secrets',
      'webhooks',
      'streams',
      'types',
      'approvals',
      'stories',
      'Temporal',
      'namespace',
      'search attributes',
      'runs',
      'cases',
    ]) {
      expect(of(findings, what)).toMatchObject({ what, level: 'ok' });
    }
    expect(of(findings, 'webhook')).toMatchObject({ level: 'warn', next: expect.stringContaining('`signalbox receive`') });
    for (const what of ['workers on signalbox', 'workers on signalbox-llm', 'workers on signalbox-actions', 'ingress']) {
      expect(of(findings, what)).toMatchObject({ level: 'fail', next: expect.stringContaining('start') });
    }
  });

  it('examine() names dead letters, overdue approvals and cases without a run', async () => {
    const [postgres, temporal] = await Promise.all([startPostgres(), startTemporal()]);
    const url = await postgres.fresh();
    await run(
      url,
      `insert into actions (tenant, flow, event_position, action, key, decision, subject, state, body, planned_at, ended_at, position)
         values ('default', 'fraud', 3, 'block', 'act_fraud.3.block', 'dec_fraud.3.1', 'c', 'dead', '{}', now(), now(), 1);
       insert into actions (tenant, flow, event_position, action, key, decision, subject, state, body, planned_at, ended_at, position, tries, last_error)
         values ('default', 'fraud', 3, 'tell', 'act_fraud.3.tell', 'dec_fraud.3.1', 'c', 'not-sent', '{}', now(), now(), 2, 1, null),
           ('default', 'fraud', 3, 'call', 'act_fraud.3.call', 'dec_fraud.3.1', 'c', 'planned', '{}', now(), null, 3, 4, 'the receiver answered 500');
       insert into entries (tenant, log, position, kind, accepted_at, type, ending) values ('default', 'unrouted', 1, 'event', now(), 'payment.atempted', 'unrouted'),
         ('default', 'unrouted', 2, 'event', now(), 'payment.atempted', 'unrouted'), ('default', 'unrouted', 3, 'event', now(), 'nobody.knows', 'unrouted');
       insert into receivers (tenant, receiver, url, disabled_at, why) values ('default', 'rcv_0', 'https://hook.example/', now(), 'answered 410');
       insert into approvals (tenant, flow, event_position, turn, case_id, subject, state, opened_at, position, deadline, default_outcome, policy, body)
         values ('default', 'fraud', 4, 0, 'fraud:c', 'c', 'open', now(), 1, now() - interval '1 hour', 'decline', 'p', '{}');
       insert into deliveries (tenant, flow, case_id, subject, sent, taken, settled, sent_at) values ('default', 'fraud', 'fraud:c', 'c', 4, 4, 3, now() - interval '1 hour');
       insert into entries (tenant, log, position, kind, accepted_at) values ('default', 'fraud', 5, 'event', now() - interval '1 hour'), ('default', 'fraud', 6, 'event', now());
       insert into stories (tenant, flow, position, subject, open, due_at) values ('default', 'fraud', 7, 'c', true, now() - interval '1 hour');
       insert into mailboxes (tenant, flow, case_id, position, subject, bytes, found, why)
         values ('default', 'fraud', 'fraud:c', 5, 'c', 1, '{}', 'act'), ('default', 'fraud', 'fraud:c', 6, 'c', 1, '{}', 'act')`,
    );
    const findings = await examine(
      config({ DATABASE_URL: url, TEMPORAL_ADDRESS: temporal.address, TEMPORAL_NAMESPACE: await temporal.namespace() }),
    );
    expect(findings.filter(({ what }) => what === 'actions').map(({ level, found }) => [level, found])).toEqual([
      ['warn', '1 dead letters, act_fraud.3.block among them'],
      ['warn', '1 were not sent as no webhook was set, act_fraud.3.tell among them'],
      ['warn', '1 fail and are tried again, act_fraud.3.call the most often: the receiver answered 500'],
    ]);
    expect(of(findings, 'types')).toMatchObject({
      level: 'warn',
      found: 'no flow of this build takes these events: 2 of payment.atempted (did you mean payment.attempted?), 1 of nobody.knows',
    });
    expect(of(findings, 'stories')).toMatchObject({ level: 'warn', found: '1 wait past their time, that of evt_fraud.7 among them' });
    expect(of(findings, 'acting')).toMatchObject({
      level: 'warn',
      found: expect.stringMatching(
        /^2 decisions of reflexes wait to be acted on, the oldest for 36\d\d s, 1 of them from the last minute$/,
      ),
      next: expect.stringContaining('add workers'),
    });
    expect(of(findings, 'receivers')).toMatchObject({
      level: 'warn',
      found: '1 disabled, rcv_0 among them',
      next: expect.stringContaining('receivers list'),
    });
    expect(of(findings, 'approvals')).toMatchObject({ level: 'warn', found: expect.stringContaining('apr_fraud.4.0') });
    expect(of(findings, 'case fraud:c')).toMatchObject({ level: 'warn', found: 'has open events and no run' });
  });

  it('examine() says where the actions of the stack that runs here go, whatever is set in this shell', async () => {
    const content = {
      supervisor: { pid: 2 ** 22 + 1, started: '1' },
      startedAt: '2026-01-01T00:00:00Z',
      url: null,
      database: null,
      temporal: null,
      processes: {},
    };
    const write = (settings: object) => writeFile(join(folder, 'run.json'), JSON.stringify({ ...content, settings }));
    await write({ auth: 'off', webhook: 'https://shop.example/hook' });
    expect(of(await examine(config({})), 'webhook')).toMatchObject({ level: 'ok', found: 'actions are sent to https://shop.example/hook' });
    await write({ auth: 'off', webhook: null });
    const set = { SIGNALBOX_WEBHOOK_URL: 'https://shop.example/', SIGNALBOX_WEBHOOK_SECRET: `whsec_${'c2VjcmV0'.repeat(4)}` };
    expect(of(await examine(config(set)), 'webhook')).toMatchObject({
      level: 'warn',
      found: expect.stringContaining('the stack that runs here'),
    });
  });

  it('lookAtLlmRecords() holds what an LLM may do against the record that its policy wants', async () => {
    const pool = openDatabase(await (await startPostgres()).fresh(), { name: 'test' });
    try {
      expect(await lookAtLlmRecords(pool)).toEqual([]);
      await ensureHeads(pool, 'default', [fraud]);
      await activateFlow(pool, 'default', fraud);
      const wants = 'the policy wants 200 judged answers, 90.0 % of them right';
      expect(await lookAtLlmRecords(pool)).toEqual([
        { level: 'ok', what: 'LLM record of fraud', found: `it advises: no LLM has answered anything here; ${wants}` },
      ]);
      const deciding = { ...fraud, policyText: fraud.policyText.replace('decides: false', 'decides: true') };
      await activateFlow(pool, 'default', deciding);
      expect(await lookAtLlmRecords(pool)).toMatchObject([
        { level: 'warn', found: expect.stringMatching(/^it decides without the record: /) },
      ]);
    } finally {
      await pool.end();
    }
  });

  it('lookAtKeys() says whether keys are checked, whether there are any, and whether they travel encrypted', async () => {
    const url = await (await startPostgres()).fresh();
    const pool = openDatabase(url, { name: 'test' });
    const lines = async (settings: Record<string, string>) =>
      (await lookAtKeys(config(settings), null, pool)).map(({ level, what, found }) => `${level} ${what}: ${found}`);
    try {
      expect(await lines({})).toEqual([
        'ok keys: not checked: whoever reaches 127.0.0.1 may do everything',
        'ok TLS: the ingress listens on 127.0.0.1: others reach it by a proxy alone',
      ]);
      expect(await lines({ SIGNALBOX_AUTH: 'keys' })).toContain('warn keys: are checked, and there is none: nobody can call');
      await createKey(pool, { tenant: 'default', name: 'me', scopes: ['admin'] });
      await createKey(pool, { tenant: 'default', name: 'shop', scopes: ['events:write'] });
      expect(await lines({ HOST: '0.0.0.0' })).toEqual([
        'ok keys: are checked: 2 may call, 1 of them may do everything',
        'warn TLS: the ingress listens on 0.0.0.0 in plain HTTP: keys can be read on the way',
      ]);
      expect(await lines({ SIGNALBOX_PUBLIC_URL: 'http://box.example' })).toContainEqual(
        expect.stringMatching(/^warn TLS: http:\/\/box\.example is reached without it/),
      );
    } finally {
      await pool.end();
    }
  });

  it('examine() says what a database without our tables needs', async () => {
    const postgres = await startPostgres();
    const findings = await examine(config({ DATABASE_URL: await postgres.empty() }));
    expect(of(findings, 'schema')).toMatchObject({
      level: 'fail',
      found: expect.stringContaining('0001_initial'),
      next: 'start an ingress: it migrates',
    });
  });

  it('examine() looks at the rest where a server is away', async () => {
    const away = `127.0.0.1:${await freePort()}`;
    const findings = await examine(
      config({ DATABASE_URL: `postgres://${away}/x`, TEMPORAL_ADDRESS: away, SIGNALBOX_URL: `http://${away}` }),
    );
    for (const what of ['database', 'Temporal', 'ingress'])
      expect(of(findings, what)).toMatchObject({ level: 'fail', next: expect.any(String) });
  });

  it('examine() sees a stack that was killed', async () => {
    const gone = { pid: 2 ** 22 + 1, started: '1' };
    const content = {
      supervisor: gone,
      startedAt: '2026-01-01T00:00:00Z',
      url: null,
      database: null,
      temporal: null,
      processes: { ingress: gone },
    };
    await writeFile(join(folder, 'run.json'), JSON.stringify(content));
    const findings = await examine(config({}));
    expect(of(findings, 'supervisor')).toMatchObject({ level: 'fail', next: expect.stringContaining('npm start') });
    expect(of(findings, 'database')).toMatchObject({ level: 'fail', found: 'no address' });
  });
});
