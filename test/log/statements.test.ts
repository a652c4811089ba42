/** The migrated database describes every statement of the sources: what it names a column, and of what type, is what the code declares. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { startPostgres } from '../support/postgres.ts';
import type { DeclaredRow, Kind } from '../support/rowTypes.ts';
import { type FoundStatement, findStatements } from '../support/statements.ts';

/** What pg makes of a column, by the number of its type. */
const KINDS: ReadonlyMap<number, Kind> = new Map<number, Kind>([
  ...[20, 21, 23, 700, 701].map((oid): [number, Kind] => [oid, 'number']),
  // numeric comes as a text: nothing here asks for one
  ...[18, 19, 25, 1043, 1700, 2205, 2950, 3220].map((oid): [number, Kind] => [oid, 'string']),
  ...[1082, 1114, 1184].map((oid): [number, Kind] => [oid, 'Date']),
  ...[114, 3802].map((oid): [number, Kind] => [oid, 'any']),
  ...[1000, 1005, 1007, 1009, 1016, 1021, 1022, 1115, 1185].map((oid): [number, Kind] => [oid, 'list']),
  [16, 'boolean'],
  [17, 'bytes'],
  [2278, 'any'],
]);
/** Statements that only their function can make, by file: they are run by the suites of their rooms. */
const MADE_INSIDE = [
  ...[
    'src/approvals/noticeTries.ts',
    'src/approvals/noticeTries.ts',
    'src/audit/audit.ts',
    'src/cases/mail.ts',
    'src/llm/record/minute.ts',
  ],
  ...[
    'src/llm/record/underModel.ts',
    'src/log/activatePolicy.ts',
    'src/log/db/notify.ts',
    'src/log/db/together.ts',
    'src/log/db/together.ts',
  ],
  ...['src/log/head.ts', 'src/log/known.ts', 'src/log/read/feed.ts', 'src/log/read/feed.ts', 'src/log/redrive.ts'],
  ...['src/log/watch/sweepNext.ts', 'src/log/emit/emitNext.ts', 'src/log/entryFolds.ts'],
  ...['src/outcomes/readQuality.ts', 'src/outcomes/readQuality.ts'],
  // by the name of the table of its cursors
  ...Array.from({ length: 4 }, () => 'src/log/follow/followLogs.ts'),
];

interface Field {
  readonly name: string;
  readonly dataTypeID: number;
}

let client: pg.Client;
let statements: readonly FoundStatement[];

beforeAll(async () => {
  statements = await findStatements();
  client = new pg.Client({ connectionString: await (await startPostgres()).fresh() });
  await client.connect();
}, 120_000);
afterAll(() => client.end());

/** Parses and describes without running; null for a statement that gives no rows. */
function describeStatement(text: string): Promise<Field[] | null> {
  return new Promise((resolve, reject) => {
    let fields: Field[] | null = null;
    const query = new pg.Query('', []);
    Object.assign(query, {
      submit(connection: { parse(of: object): void; describe(of: object): void; sync(): void }) {
        connection.parse({ name: '', text, types: [] });
        connection.describe({ type: 'S', name: '' });
        connection.sync();
        return null;
      },
      handleRowDescription: (message: { fields: Field[] }) => {
        fields = message.fields;
      },
      handleReadyForQuery: () => resolve(fields),
      handleError: reject,
    });
    client.query(query);
  });
}

const several = (text: string): boolean =>
  text
    .replace(/'[^']*'/g, '')
    .replace(/;\s*$/, '')
    .includes(';');

function faultsOf(declared: DeclaredRow, fields: readonly Field[]): string[] {
  const given = new Map(fields.map(({ name, dataTypeID }) => [name, KINDS.get(dataTypeID) ?? `type ${dataTypeID}`]));
  const missing = [...declared.keys()].filter((column) => !given.has(column)).map((column) => `${column} is not selected`);
  const wrong = [...declared].flatMap(([column, kinds]) => {
    const kind = given.get(column);
    const fits = kind === undefined || kind === 'any' || kinds.has('any') || kinds.has(kind as Kind);
    return fits ? [] : [`${column} is ${kind}, declared as ${[...kinds].join(' | ')}`];
  });
  return [...missing, ...wrong];
}

function textOf({ text }: FoundStatement): string | null {
  try {
    return text() as string;
  } catch (error) {
    if (error instanceof ReferenceError) return null;
    throw error;
  }
}

describe('the statements of the sources', () => {
  it('are all found, but for those that only their function can make', () => {
    expect(statements.length).toBeGreaterThan(200);
    const inside = statements.filter((one) => textOf(one) === null).map(({ where }) => where.replace(/:\d+$/, ''));
    expect(inside.sort()).toEqual([...MADE_INSIDE].sort());
  });

  it('are known to the migrated database, with the columns and types that the code declares', async () => {
    const faults: string[] = [];
    let compared = 0;
    for (const statement of statements) {
      const text = textOf(statement);
      if (text === null || several(text)) continue;
      try {
        const fields = await describeStatement(text);
        if (statement.row === null || fields === null) continue;
        compared += 1;
        faults.push(...faultsOf(statement.row, fields).map((fault) => `${statement.where}: ${fault}`));
      } catch (error) {
        faults.push(`${statement.where}: ${(error as Error).message}`);
      }
    }
    expect(faults).toEqual([]);
    expect(compared).toBeGreaterThan(90);
  });

  it('faultsOf() names a column that is not selected and one of another type', () => {
    const declared: DeclaredRow = new Map([
      ['position', new Set<Kind>(['number'])],
      ['at', new Set<Kind>(['string'])],
      ['note', new Set<Kind>(['string', 'null'])],
    ]);
    const fields = [
      { name: 'position', dataTypeID: 20 },
      { name: 'at', dataTypeID: 1184 },
    ];
    expect(faultsOf(declared, fields)).toEqual(['note is not selected', 'at is Date, declared as string']);
  });
});
