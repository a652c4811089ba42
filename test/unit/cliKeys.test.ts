/** Keys as a shell makes them. The bug this hunts: somebody makes one, believes that the service is closed, and nobody asks for it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { startPostgres } from '../support/postgres.ts';
import { openShell } from '../support/shell.ts';

const { printed, run, folder } = openShell();
const CREATE = ['--scopes', 'read', '--json'] as const;

it('keys create says that keys are not checked, and by what that is known', async () => {
  process.env.DATABASE_URL = await (await startPostgres()).fresh();
  process.env.SIGNALBOX_AUTH = 'off';
  expect(await run('keys', 'create', 'one', '--scopes', 'read')).toBe(0);
  expect(printed.out).toMatch(/^sbx_\S+\n$/);
  expect(printed.err).toContain('Keys are not checked, by the settings of this shell');
  printed.err = '';
  process.env.SIGNALBOX_AUTH = 'keys';
  expect(await run('keys', 'create', 'two', '--scopes', 'read')).toBe(0);
  expect(printed.err).not.toContain('not checked');
});

it('keys create goes by what the stack that runs here says of itself', async () => {
  const database = await (await startPostgres()).fresh();
  delete process.env.DATABASE_URL;
  process.env.SIGNALBOX_AUTH = 'keys';
  const stack = {
    supervisor: { pid: 2 ** 22 + 1, started: '1' },
    startedAt: '2026-01-01T00:00:00Z',
    url: null,
    database,
    temporal: null,
    processes: {},
  };
  const write = (auth: string) => writeFile(join(folder(), 'run.json'), JSON.stringify({ ...stack, settings: { auth, webhook: null } }));
  await write('off');
  expect(await run('keys', 'create', 'one', ...CREATE)).toBe(0);
  expect(printed.err).toContain('Keys are not checked, as the stack that runs here was started');
  expect(JSON.parse(printed.out)).toMatchObject({ name: 'one', key: expect.stringMatching(/^sbx_/) });
  printed.err = '';
  process.env.SIGNALBOX_AUTH = 'off';
  await write('keys');
  expect(await run('keys', 'create', 'two', ...CREATE)).toBe(0);
  expect(printed.err).toBe('');
});
