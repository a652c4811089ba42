/** What is packed here is read by Postgres: a length or a type off by one would write another text, number or time than was accepted. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { packedBooleans, packedBytes, packedIntegers, packedPositions, packedTexts, packedTimes } from '../../src/log/db/packedArray.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

let postgres: TestPostgres;
let pool: Pool;

beforeAll(async () => {
  postgres = await startPostgres();
  pool = openDatabase(await postgres.fresh(), { name: 'test', appending: true });
});
afterAll(async () => {
  await pool.end();
  await postgres.stop();
});

/** What the server makes of a column, each element as text. */
async function read(type: string, packed: Buffer): Promise<(string | null)[]> {
  const { rows } = await pool.query<{ value: string | null }>(`select value::text from unnest($1::${type}[]) as q(value)`, [packed]);
  return rows.map(({ value }) => value);
}

describe('packed arrays', () => {
  it('hold texts of every length and alphabet, and nulls', async () => {
    const texts = ['', 'a', '"{},\\', 'x'.repeat(40), 'x'.repeat(41), 'é€𝄞', `${'x'.repeat(39)}é`, '𝄞'.repeat(50), null, 'null'];
    expect(await read('text', packedTexts(texts))).toEqual(texts);
  });

  it('turn half a surrogate pair into U+FFFD', async () => {
    expect(await read('text', packedTexts(['a\ud800', `${'x'.repeat(60)}\udc00`]))).toEqual(['a\ufffd', `${'x'.repeat(60)}\ufffd`]);
  });

  it('hold numbers to their limits, and bytes', async () => {
    expect(await read('bigint', packedPositions([0, 1, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1]))).toEqual([
      ...['0', '1', '4294967295', '4294967296', '9007199254740991'],
    ]);
    expect(await read('int', packedIntegers([0, -1, 2 ** 31 - 1]))).toEqual(['0', '-1', '2147483647']);
    expect(await read('bool', packedBooleans([true, false]))).toEqual(['true', 'false']);
    expect(await read('bytea', packedBytes([Uint8Array.of(), Uint8Array.of(0, 92, 255)]))).toEqual(['\\x', '\\x005cff']);
  });

  it('hold times to the millisecond, however far', async () => {
    const times = ['0001-01-01T00:00:00.001Z', '1969-12-31T23:59:59.999Z', '2000-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'];
    const { rows } = await pool.query<{ value: Date }>('select value from unnest($1::timestamptz[]) as q(value)', [
      packedTimes(times.map((time) => Date.parse(time))),
    ]);
    expect(rows.map(({ value }) => value.toISOString())).toEqual(times);
  });

  it('may be empty', async () => {
    for (const [type, packed] of [
      ['text', packedTexts([])],
      ['bytea', packedBytes([])],
      ['bigint', packedPositions([])],
    ] as const)
      expect(await read(type, packed)).toEqual([]);
  });
});
