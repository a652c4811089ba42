/** Hunts stacks that leave something behind, take what is not theirs, or fail with a page of stack trace. */
import { rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { freePort } from '../../src/local/freePort.ts';
import { readRunFile } from '../../src/local/runFile.ts';
import { until } from '../../src/local/until.ts';
import { startPostgres } from '../support/postgres.ts';
import { newDataFolder, runStart, startTestStack, type TestStack, untilGone } from '../support/stack.ts';
import { startTemporal } from '../support/temporal.ts';

const SOON_MS = 60_000;

async function refusal(env: Record<string, string>, folder?: string): Promise<{ code: number | null; lines: string[] }> {
  const data = folder ?? (await newDataFolder());
  const started = await runStart(data, env);
  const code = await started.ended;
  if (folder === undefined) await rm(data, { recursive: true });
  return { code, lines: linesOf(started.output()) };
}

/** Those that begin with a time tell how far it came. */
const linesOf = (output: string): string[] => output.split('\n').filter((line) => line !== '' && !/^\d\d:\d\d:\d\d /.test(line));

const isReady = async (url: string) => (await fetch(`${url}/readyz`)).ok;

describe('start()', () => {
  let stack: TestStack | null = null;
  afterEach(async () => {
    await stack?.stop();
    stack = null;
  });

  it('start() shows where everything is, leaves no second one in, brings what is killed back and, told to stop, leaves nothing running', async () => {
    stack = await startTestStack();
    const { url } = stack;
    expect(stack.output()).toContain(`curl -sS ${url}/v1/events`);
    expect(await isReady(url)).toBe(true);
    const { processes, temporal } = await stack.run();
    expect(Object.keys(processes).sort()).toEqual(['ingress', 'postgres', 'temporal', 'worker']);
    expect(stack.output()).toContain(String(temporal?.web));

    const { code, lines } = await refusal({}, stack.data);
    expect({ code, lines }).toEqual({ code: 2, lines: [expect.stringContaining(`as process ${stack.child.pid} runs there`)] });
    expect(await isReady(url)).toBe(true);

    for (const name of ['worker', 'temporal', 'postgres', 'ingress'] as const) await stack.kill(name);
    await until(() => isReady(url), AbortSignal.timeout(SOON_MS));

    const { processes: successors } = await stack.run();
    stack.child.kill('SIGINT');
    expect(await stack.ended).toBe(0);
    await untilGone({ ...processes, ...successors }, SOON_MS);
    expect(await readRunFile(stack.data)).toBeNull();
  }, 180_000);

  it('start() killed with -9 takes its processes with it, and starts again in the same folder', async () => {
    const first = await startTestStack();
    const { processes } = await first.run();
    first.child.kill('SIGKILL');
    await untilGone(processes, SOON_MS);
    stack = await startTestStack({}, first.data);
    expect(await isReady(stack.url)).toBe(true);
  });

  it('start() names a port in use in one line', async () => {
    const server = createServer();
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const { code, lines } = await refusal({ PORT: String(port) });
    server.close();
    expect(code).toBe(2);
    expect(lines).toEqual([`Cannot listen on 127.0.0.1 port ${port} as it is in use: stop what listens there, or set another PORT`]);
  });

  it('start() says in one line that a database cannot be opened', async () => {
    const { code, lines } = await refusal({ DATABASE_URL: `postgres://nobody@127.0.0.1:${await freePort()}/nothing` });
    expect(code).toBe(2);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^Cannot open the database: /);
  });

  it('start() says in one line that a schema is newer', async () => {
    const database = await (await startPostgres()).fresh();
    const client = new pg.Client({ connectionString: database });
    await client.connect();
    await client.query("insert into migrations (name, run_on) values ('9999_from_the_future', now())");
    await client.end();
    const { code, lines } = await refusal({ DATABASE_URL: database });
    expect(code).toBe(2);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('9999_from_the_future');
  });

  it('start() says in one line why a database cannot be made', async () => {
    const data = await newDataFolder();
    // as where the disk is full: initdb may write 2 MB, and wants 30
    const { address } = await startTemporal();
    const started = await runStart(
      data,
      { TEMPORAL_ADDRESS: address },
      {
        within: ['/bin/sh', '-c', 'ulimit -f 4096; exec "$@"', 'sh'],
      },
    );
    expect(await started.ended).toBe(2);
    await rm(data, { recursive: true });
    const lines = linesOf(started.output());
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^Cannot make a database in .*\/postgres: .*initdb: /);
  });

  it('start() lists what it tried where Temporal is nowhere to be found', async () => {
    const data = await newDataFolder();
    await rm(`${data}/bin`, { recursive: true });
    // no program on PATH, a Python whose wheel is not the pinned one, and a download that is refused at once
    const python = '#!/bin/sh\nwhile [ "$1" != --dest ]; do shift; done\necho other > "$2/other.whl"\n';
    await writeFile(`${data}/python3`, python, { mode: 0o755 });
    const DATABASE_URL = await (await startPostgres()).fresh();
    const { code, lines } = await refusal({ DATABASE_URL, PATH: data, HTTPS_PROXY: `http://127.0.0.1:${await freePort()}` }, data);
    await rm(data, { recursive: true });
    expect(code).toBe(2);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(
      /^Cannot find temporal: none on PATH; no copy of our own yet; the Python wheel .* has the SHA-256 [0-9a-f]{64} instead of [0-9a-f]{64}.*; the SDK's download /,
    );
  });
});
