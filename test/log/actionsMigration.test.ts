/** Actions of before have no place in their log; they get one, and the log stays without holes. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { startPostgres } from '../support/postgres.ts';

const FILE = fileURLToPath(new URL('../../src/log/migrations/0004_actions.sql', import.meta.url));

describe('0004_actions.sql', () => {
  it('0004_actions.sql gives old actions places behind what their log holds', async () => {
    const [up = '', down = ''] = (await readFile(FILE, 'utf8')).split('-- Down Migration');
    const client = new pg.Client({ connectionString: await (await startPostgres()).fresh() });
    await client.connect();
    try {
      await client.query(down);
      await client.query(`insert into heads (tenant, log, position) values ('default', 'fraud/cases', 7), ('default', 'other/cases', 3), ('default', 'idle/cases', 5);
        insert into actions (tenant, flow, event_position, action, key, decision, subject, state, body, planned_at) values
          ('default', 'fraud', 9, 'block', 'act_fraud.9.block', 'd', 's', 'dead', '{}', '2026-01-01'),
          ('default', 'fraud', 4, 'release', 'act_fraud.4.release', 'd', 's', 'done', '{}', '2026-01-02'),
          ('default', 'fraud', 4, 'announce', 'act_fraud.4.announce', 'd', 's', 'planned', '{}', '2026-01-02'),
          ('default', 'other', 1, 'x', 'act_other.1.x', 'd', 's', 'not-sent', '{}', '2026-01-01')`);
      await client.query(up);
      const { rows } = await client.query('select key, position::int from actions order by flow, position');
      expect(rows).toEqual([
        { key: 'act_fraud.9.block', position: 8 },
        { key: 'act_fraud.4.announce', position: 9 },
        { key: 'act_fraud.4.release', position: 10 },
        { key: 'act_other.1.x', position: 4 },
      ]);
      const heads = await client.query("select log, position::int from heads where log like '%/cases' order by log");
      expect(heads.rows).toEqual([
        { log: 'fraud/cases', position: 10 },
        { log: 'idle/cases', position: 5 },
        { log: 'other/cases', position: 4 },
      ]);
    } finally {
      await client.end();
    }
  });
});
