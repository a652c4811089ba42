/**
 * Prepared statements that go out in one write and come back in one read.
 *
 * pg's pipeline mode ends each statement with a Sync, and at each the server writes its answer and wakes the client: for a batch of one event
 * that took as long as some of the statements. Here one Sync ends them all, as libpq's pipelines do; `submit` of a `Query` is pg's own
 * way in for such (pg-cursor goes by it).
 */
import pg from 'pg';
import type { Client } from './database.ts';

type Value = string | number | Buffer | null;

/** Planned once a connection, under its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
  readonly values: Value[];
}

/** One for each statement. */
type Results<Statements extends readonly Statement[]> = { -readonly [Nth in keyof Statements]: pg.QueryResult };

/** What pg's own typings leave out. */
interface Wire {
  readonly stream: { cork(): void; uncork(): void };
  /** By name, once the server has said so. */
  readonly parsedStatements: Readonly<Record<string, string>>;
  bind(statement: { statement: string; values: Value[]; valueMapper: (value: Value) => unknown }): void;
  describe(portal: { type: 'P' }): void;
  execute(): void;
  sync(): void;
}

const wireOf = (client: Client): Wire => (client as unknown as { connection: Wire }).connection;

/** As pg binds them: text, or bytes as they are. */
const bound = (value: Value): unknown => (typeof value === 'number' ? String(value) : value);

export const BEGIN: Statement = { name: 'signalbox-begin', text: 'begin', values: [] };
export const COMMIT: Statement = { name: 'signalbox-commit', text: 'commit', values: [] };

/** Statements that the connection has prepared. One that fails ends them: the server skips those behind it. */
export class Pipeline extends pg.Query {
  readonly statements: readonly Statement[];

  constructor(statements: readonly Statement[], callback: (error: Error | null | undefined, results: unknown) => void) {
    super('', callback);
    this.statements = statements;
  }

  override submit = (connection: unknown): null => {
    const wire = connection as Wire;
    wire.stream.cork();
    for (const { name, values } of this.statements) {
      wire.bind({ statement: name, values, valueMapper: bound });
      wire.describe({ type: 'P' });
      wire.execute();
    }
    wire.sync();
    wire.stream.uncork();
    return null;
  };
}

/**
 * The statements' results, in order; `client` is in pipeline mode. They run one after the other, each with its own snapshot. The first error
 * of them is thrown; what went before it is not undone, and a transaction that they opened is still open.
 */
export async function together<const Statements extends readonly Statement[]>(
  client: Client,
  statements: Statements,
): Promise<Results<Statements>> {
  const wire = wireOf(client);
  const prepared = statements.every(({ name }) => Object.hasOwn(wire.parsedStatements, name));
  return (await (prepared ? pipelined(client, statements) : oneByOne(client, statements))) as Results<Statements>;
}

/** The first time on a connection: pg prepares them. */
function oneByOne(client: Client, statements: readonly Statement[]): Promise<pg.QueryResult[]> {
  const { stream } = wireOf(client);
  stream.cork();
  try {
    return Promise.all(statements.map((statement) => client.query(statement)));
  } finally {
    stream.uncork();
  }
}

function pipelined(client: Client, statements: readonly Statement[]): Promise<pg.QueryResult[]> {
  return new Promise((resolve, reject) => {
    client.query(
      new Pipeline(statements, (error, results) => {
        if (error != null) reject(error);
        // of one statement pg gives no list
        else resolve([results].flat() as pg.QueryResult[]);
      }),
    );
  });
}
