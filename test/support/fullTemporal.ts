/** A full Temporal server on a Postgres of its own databases, from binaries that somebody built: see docs/scaling.md. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { freePort } from '../../src/local/freePort.ts';
import { registerSearchAttributes } from '../../src/local/temporalNamespace.ts';
import { until } from '../../src/local/until.ts';

const run = promisify(execFile);

export interface FullTemporal {
  readonly address: string;
  stop(): Promise<void>;
}

export interface FullTemporalFiles {
  /** Built from go.temporal.io/server/cmd/server. */
  readonly server: string;
  /** Built from go.temporal.io/server/cmd/tools/sql. */
  readonly sqlTool: string;
  /** The module's folder, for its schema and config. */
  readonly source: string;
}

/** `database`: of a server on which its user may create databases. */
export async function startFullTemporal({ server, sqlTool, source }: FullTemporalFiles, database: string): Promise<FullTemporal> {
  const { hostname, port, username, password } = new URL(database);
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-temporal-'));
  const env = { ...process.env, SQL_PLUGIN: 'postgres12', SQL_HOST: hostname, SQL_PORT: port, SQL_USER: username, SQL_PASSWORD: password };
  const tool = (...args: string[]) => run(sqlTool, args, { env });
  for (const [name, kind] of [
    ['temporal', 'temporal'],
    ['temporal_visibility', 'visibility'],
  ] as const) {
    await tool('--db', name, 'create');
    await tool('--db', name, 'setup-schema', '-v', '0.0');
    await tool('--db', name, 'update-schema', '-d', join(source, 'schema/postgresql/v12', kind, 'versioned'));
  }
  let config = await readFile(join(source, 'config/development-postgres12.yaml'), 'utf8');
  const ports = new Map<string, number>();
  for (const known of ['7936', '8000', '7233', '6933', '7243', '7235', '6935', '7234', '6934', '7239', '6939'])
    ports.set(known, await freePort());
  config = config.replace(/\b(7936|8000|7233|6933|7243|7235|6935|7234|6934|7239|6939)\b/g, (known) => String(ports.get(known)));
  config = config
    .replaceAll('127.0.0.1:5432', `${hostname}:${port}`)
    .replaceAll('user: "temporal"', `user: "${username}"`)
    .replaceAll('password: "temporal"', `password: "${password}"`)
    .replace(/filepath: .*dynamicconfig.*/g, `filepath: "${join(source, 'config/dynamicconfig/development-sql.yaml')}"`)
    .replace('level: info', 'level: error');
  await mkdir(join(folder, 'config'));
  await writeFile(join(folder, 'config', 'development.yaml'), config);
  const child = spawn(server, ['--root', folder, '--config', 'config', '--env', 'development', '--allow-no-auth', 'start'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    cwd: source,
  });
  const address = `127.0.0.1:${ports.get('7233')}`;
  const signal = AbortSignal.timeout(60_000);
  await until(async () => {
    const connection = await Connection.connect({ address, connectTimeout: 1000 });
    try {
      await connection.workflowService
        .registerNamespace({ namespace: 'default', workflowExecutionRetentionPeriod: msToTs('1 day') })
        .catch((error: Error) => {
          if (!/already/i.test(error.message)) throw error;
        });
      await registerSearchAttributes(connection, 'default');
      return true;
    } finally {
      await connection.close();
    }
  }, signal);
  return {
    address,
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}
