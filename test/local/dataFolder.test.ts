import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { takeDataFolder } from '../../src/local/dataFolder.ts';
import { identify, type ProcessIdentity } from '../../src/local/processIdentity.ts';
import { readRunFile, writeRunFile } from '../../src/local/runFile.ts';

const said: string[] = [];
const say = (line: string) => void said.push(line);

async function sleeper(): Promise<{ identity: ProcessIdentity; ended: Promise<unknown[]>; end: () => void }> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
  await once(child, 'spawn');
  const identity = await identify(child.pid ?? 0);
  if (identity === null) throw new Error('the process is not there');
  return { identity, ended: once(child, 'exit'), end: () => void child.kill('SIGKILL') };
}

describe('takeDataFolder()', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'signalbox-test-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const runFile = (processes: Record<string, ProcessIdentity>, supervisor: ProcessIdentity) =>
    writeRunFile(folder, {
      supervisor,
      startedAt: new Date().toISOString(),
      url: null,
      database: null,
      temporal: null,
      settings: null,
      processes,
    });

  it('takeDataFolder() refuses a second start, with its process in one line', async () => {
    const first = await takeDataFolder(folder, say);
    await expect(takeDataFolder(folder, say)).rejects.toThrow(
      `Cannot start a second time in ${folder} as process ${process.pid} runs there: stop it, or set another SIGNALBOX_DATA`,
    );
    await first.release();
    await (await takeDataFolder(folder, say)).release();
  });

  it('takeDataFolder() makes the folder with its parents, and refuses in one line where it cannot', async () => {
    const deep = join(folder, 'a', 'b');
    await Promise.all([takeDataFolder(deep, say), takeDataFolder(deep, say)].map((taking) => taking.catch(() => undefined)));
    expect((await stat(deep)).isDirectory()).toBe(true);
    await writeFile(join(folder, 'file'), '');
    for (const path of [join(folder, 'file'), join(folder, 'file', 'below'), '/proc/signalbox'])
      await expect(takeDataFolder(path, say)).rejects.toThrow(`Cannot use the data folder ${path}: `);
  });

  it('takeDataFolder() gives one of many at once the folder of a dead holder', async () => {
    await writeFile(join(folder, 'start.lock'), JSON.stringify({ pid: process.pid, started: 'long ago' }));
    const tries = await Promise.allSettled(Array.from({ length: 20 }, () => takeDataFolder(folder, say)));
    expect(tries.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
  });

  it('takeDataFolder() ends what a killed predecessor left', async () => {
    const left = await sleeper();
    await runFile({ worker: left.identity }, left.identity);
    const taken = await takeDataFolder(folder, say);
    expect(await left.ended).toEqual([null, 'SIGTERM']);
    expect(said.at(-1)).toBe(`worker (process ${left.identity.pid}) was left by an earlier start: ending it`);
    await taken.release();
  });

  it('takeDataFolder() spares an unrelated process that has the number now', async () => {
    const other = await sleeper();
    const reused = { pid: other.identity.pid, started: 'before' };
    await runFile({ worker: reused }, reused);
    const taken = await takeDataFolder(folder, say);
    expect(await identify(other.identity.pid)).toEqual(other.identity);
    await taken.release();
    other.end();
    await other.ended;
  });

  it('writeRunFile() lets nobody else read it', async () => {
    const self = { pid: process.pid, started: '1' };
    await runFile({}, self);
    expect((await stat(join(folder, 'run.json'))).mode & 0o777).toBe(0o600);
    expect((await readRunFile(folder))?.supervisor).toEqual(self);
  });
});
