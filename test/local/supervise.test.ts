import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { logFile } from '../../src/local/logFile.ts';
import { processLog } from '../../src/local/processLog.ts';
import type { ProcessSpec } from '../../src/local/processSpec.ts';
import { type Supervised, supervise } from '../../src/local/supervise.ts';
import { until } from '../../src/local/until.ts';

const SOON_MS = 20_000;
const soon = (condition: () => Promise<boolean>) => until(condition, AbortSignal.timeout(SOON_MS));

/** Writes its process id into a file as it starts; a line of its own decides how it ends. */
const LIVES = 'require("fs").writeFileSync(process.env.MARK, String(process.pid)); setInterval(() => undefined, 1000);';

describe('supervise()', () => {
  let folder: string;
  let mark: string;
  let said: string[];
  let started: Supervised | null;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'signalbox-test-'));
    mark = join(folder, 'mark');
    said = [];
    started = null;
  });

  afterEach(async () => {
    await started?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const marked = async () => Number(await readFile(mark, 'utf8').catch(() => '0'));

  function fixture(script: string, more: Partial<ProcessSpec> = {}): ProcessSpec {
    return {
      name: 'fixture',
      command: process.execPath,
      args: ['-e', script],
      env: { MARK: mark },
      stopSignal: 'SIGTERM',
      stopTimeoutMs: 5000,
      readyTimeoutMs: SOON_MS,
      ready: (signal, pid) => until(async () => (await marked()) === pid, signal),
      showFrom: 40,
      ...more,
    };
  }

  async function begin(spec: ProcessSpec, pids: (number | null)[] = []): Promise<void> {
    const log = processLog(spec, logFile(join(folder, 'fixture.log')), (line) => said.push(line));
    const signal = AbortSignal.timeout(SOON_MS);
    started = await supervise(spec, { log, say: (line) => said.push(line), changed: (pid) => pids.push(pid), signal });
  }

  it('supervise() starts a killed process again and says so', async () => {
    await begin(fixture(LIVES));
    const first = await marked();
    process.kill(first, 'SIGKILL');
    await soon(async () => said.some((line) => line.startsWith('fixture is back')));
    expect(await marked()).not.toBe(first);
    expect(said[0]).toBe('fixture ended with signal SIGKILL: starting it again');
  });

  it('supervise() tells each change of the process id', async () => {
    const pids: (number | null)[] = [];
    await begin(fixture(LIVES), pids);
    const first = await marked();
    await started?.stop();
    expect(pids).toEqual([first, null]);
  });

  it('supervise() refuses with the last words of a process that does not come up', async () => {
    await expect(begin(fixture('console.error("no such flow"); process.exit(2)'))).rejects.toThrow(
      'Cannot start fixture: it ended with exit code 2: no such flow',
    );
  });

  it('supervise() refuses one line where the program is not there', async () => {
    await expect(begin(fixture('', { command: join(folder, 'nothing') }))).rejects.toThrow(/^Cannot start fixture \(.*ENOENT/);
  });

  it('supervise() makes a process end that does not want to', async () => {
    await begin(fixture(`process.on("SIGTERM", () => undefined); ${LIVES}`, { stopTimeoutMs: 200 }));
    const pid = await marked();
    await started?.stop();
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('supervise() keeps every line structured and shows the important ones', async () => {
    const loud = `console.log("plain"); console.log(JSON.stringify({ level: 50, msg: "broken" })); ${LIVES}`;
    await begin(fixture(loud));
    const lines = async () => (await readFile(join(folder, 'fixture.log'), 'utf8')).trim().split('\n');
    await soon(async () => (await lines()).length === 2);
    expect((await lines()).map((line) => JSON.parse(line).msg)).toEqual(['plain', 'broken']);
    expect(said).toEqual(['fixture: broken']);
  });

  it('supervise() stops while it waits to start again', async () => {
    await begin(fixture(`if (require("fs").existsSync(process.env.MARK + ".broken")) process.exit(1); ${LIVES}`));
    await writeFile(`${mark}.broken`, '');
    process.kill(await marked(), 'SIGKILL');
    await soon(async () => said.some((line) => line.startsWith('fixture did not come back')));
    await started?.stop();
    expect(said.some((line) => line.startsWith('fixture is back'))).toBe(false);
  });

  it('supervise() starts a process again once what it needs is there', async () => {
    let [there, asked] = [true, 0];
    const prepare = (signal: AbortSignal): Promise<void> =>
      until(async () => {
        asked += 1;
        return there;
      }, signal);
    const pids: (number | null)[] = [];
    await begin(fixture(LIVES, { prepare }), pids);
    there = false;
    process.kill(await marked(), 'SIGKILL');
    await soon(async () => asked > 3);
    expect(pids.at(-1)).toBeNull();
    there = true;
    await soon(async () => said.some((line) => line.startsWith('fixture is back')));
    expect(said.some((line) => line.startsWith('fixture did not come back'))).toBe(false);
  });

  it('supervise() stops while a process waits for what it needs', async () => {
    let there = true;
    await begin(fixture(LIVES, { prepare: (signal) => until(async () => there, signal) }));
    there = false;
    process.kill(await marked(), 'SIGKILL');
    await soon(async () => said.some((line) => line.startsWith('fixture ended')));
    await started?.stop();
    expect(said.some((line) => line.startsWith('fixture is back'))).toBe(false);
  });
});

describe('logFile()', () => {
  it('logFile() keeps at most twice its limit', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'signalbox-test-'));
    const file = logFile(join(folder, 'a.log'), 100);
    for (let line = 0; line < 50; line += 1) file.write(`${String(line).padStart(29, '0')}\n`);
    expect((await readFile(join(folder, 'a.log'), 'utf8')).length).toBeLessThanOrEqual(100);
    expect((await readFile(join(folder, 'a.log.1'), 'utf8')).length).toBeLessThanOrEqual(100);
    await rm(folder, { recursive: true });
  });
});
