/** One row goes to the server in another way than some do: where the two differed, an event alone would be stored as something else than in a batch. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Columns, ONE_ROW, SOME_ROWS } from '../../src/log/db/columns.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

let postgres: TestPostgres;
let pool: Pool;

beforeAll(async () => {
  postgres = await startPostgres();
  pool = openDatabase(await postgres.empty(), { name: 'test', appending: true });
});
afterAll(async () => {
  await pool.end();
  await postgres.stop();
});

interface Row {
  readonly position: number;
  readonly text: string | null;
  readonly timeMs: number;
  readonly bytes: Uint8Array;
  readonly flag: boolean;
  readonly count: number;
}

/** What the server makes of the rows, as text. */
async function read(as: Columns, rows: readonly Row[]): Promise<unknown[]> {
  const list = <Key extends keyof Row>(key: Key): Row[Key][] => rows.map((row) => row[key]);
  const table = as.table('$1::bigint', '$2::text', '$3::timestamptz', '$4::bytea', '$5::bool', '$6::int');
  const found = await pool.query(
    `select a::text, b, extract(epoch from c)::text as c, d::text, e::text, f::text from ${table} as q(a, b, c, d, e, f)`,
    [
      ...[as.positions(list('position')), as.texts(list('text')), as.times(list('timeMs'))],
      ...[as.bytes(list('bytes')), as.booleans(list('flag')), as.integers(list('count'))],
    ],
  );
  return found.rows;
}

const row: fc.Arbitrary<Row> = fc.record({
  position: fc.maxSafeNat(),
  text: fc.option(fc.string({ unit: fc.constantFrom('a', '"', '{', '\\', 'é', '𝄞', ' ') })),
  timeMs: fc.integer({ min: Date.parse('0001-01-01T00:00:00Z'), max: Date.parse('9999-12-31T23:59:59.999Z') + 86_400_000 }),
  bytes: fc.uint8Array({ maxLength: 40 }),
  flag: fc.boolean(),
  count: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
});

describe('columns', () => {
  it('say of one row what they say of it among some', async () => {
    await fc.assert(
      fc.asyncProperty(row, async (one) => {
        const alone = await read(ONE_ROW, [one]);
        expect(alone).toHaveLength(1);
        expect(alone).toEqual(await read(SOME_ROWS, [one]));
      }),
      { numRuns: 300 },
    );
  });

  it('hold some rows in order, and none', async () => {
    const rows = fc.sample(row, 20);
    const positions = (await read(SOME_ROWS, rows)) as { a: string }[];
    expect(positions.map(({ a }) => Number(a))).toEqual(rows.map(({ position }) => position));
    expect(await read(SOME_ROWS, [])).toEqual([]);
    expect(await read(ONE_ROW, [])).toEqual([]);
  });
});
