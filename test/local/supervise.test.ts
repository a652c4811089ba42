import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { logFile } from '../../src/local/logFile.ts';
import { processLog } from '../../src/local/processLog.ts';
import type { ProcessSpec } from '../../src/local/processSpec.ts';
import { type Supervised, supervise } from '../../src/local/supervise.ts';
import { until } from '../../src/local/until.ts';
import { ensureBuilt, ROOT } from '../support/built.ts';

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
    const log = processLog(spec, logFile(join(folder, 'logs', 'fixture.log')), (line) => said.push(line));
    const signal = AbortSignal.timeout(SOON_MS);
    started = await supervise(spec, { log, say: (line) => said.push(line), changed: (pid) => pids.push(pid), signal });
  }

  it('supervise() says all lines of a refusal with which its process ended', async () => {
    const say = ['Cannot switch this code on:', '  /a must be 1', '  /b must be 2']
      .map((line) => `console.error(${JSON.stringify(line)});`)
      .join('');
    const ended = await begin(fixture(`${say}process.exit(2)`)).catch((error: Error) => error.message);
    expect(ended).toMatch(/Cannot switch this code on:\n {2}\/a must be 1\n {2}\/b must be 2$/);
  });

  it('processLog() names flow, case and cause in the terminal', async () => {
    const lines = [
      {
        level: 40,
        msg: 'Activity failed',
        workflowId: 'fraud:c-1',
        activityType: 'act',
        error: { message: 'outer', cause: { message: 'Try 2 of 10: the receiver answered 500' } },
      },
      {
        level: 40,
        msg: 'an action was given up',
        flow: 'fraud',
        case: 'fraud:c-2',
        action: 'act_fraud.4.release',
        cause: 'the receiver answered 500\nmore',
      },
      { level: 40, msg: 'an event is in quarantine', flow: 'fraud', event: 'evt_fraud.5', cause: 'TypeError: no rate' },
      { level: 50, msg: 'a request failed', err: { message: 'boom' }, route: '/v1/events' },
      { level: 30, msg: 'not shown', flow: 'fraud' },
    ];
    const print = lines.map((line) => `console.log(${JSON.stringify(JSON.stringify(line))});`).join('');
    await begin(fixture(`${print}${LIVES}`));
    await soon(async () => said.length >= 4);
    expect(said).toEqual([
      'fixture: Activity failed (flow fraud, case fraud:c-1, action act): Try 2 of 10: the receiver answered 500',
      'fixture: an action was given up (flow fraud, case fraud:c-2, action act_fraud.4.release): the receiver answered 500',
      'fixture: an event is in quarantine (flow fraud, event evt_fraud.5): TypeError: no rate',
      'fixture: a request failed: boom',
    ]);
  });

  it('supervise() starts a killed process again and says so', async () => {
    await begin(fixture(LIVES));
    const first = await marked();
    process.kill(first, 'SIGKILL');
    await soon(async () => said.some((line) => line.startsWith('fixture is back')));
    expect(await marked()).not.toBe(first);
    expect(said[0]).toBe('fixture ended with signal SIGKILL: starting it again');
  });

  it('supervise() goes on where its logs are removed and where their disk is full', async () => {
    await begin(fixture(`${LIVES} setInterval(() => console.log("still here"), 5);`));
    const logs = join(folder, 'logs');
    const log = join(logs, 'fixture.log');
    await soon(async () => (await readFile(log, 'utf8')).includes('still here'));
    await rm(logs, { recursive: true });
    await soon(async () => (await readFile(log, 'utf8')).includes('still here'));
    // every write to it fails for want of space
    await rm(log);
    await symlink('/dev/full', log);
    process.kill(await marked(), 'SIGKILL');
    await soon(async () => said.some((line) => line.startsWith('fixture is back')));
    await rm(log);
    await soon(async () => (await readFile(log, 'utf8')).includes('still here'));
    await started?.stop();
    expect(said.some((line) => line.startsWith('fixture did not come back'))).toBe(false);
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
    const lines = async () => (await readFile(join(folder, 'logs', 'fixture.log'), 'utf8')).trim().split('\n');
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
    const file = logFile(join(folder, 'a.log'), { bytesMax: 100 });
    for (let line = 0; line < 50; line += 1) file.write(`${String(line).padStart(29, '0')}\n`);
    expect((await readFile(join(folder, 'a.log'), 'utf8')).length).toBeLessThanOrEqual(100);
    expect((await readFile(join(folder, 'a.log.1'), 'utf8')).length).toBeLessThanOrEqual(100);
    await rm(folder, { recursive: true });
  });

  it('logFile() never throws, and says once that lines are lost and once that they are not any more', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'signalbox-test-'));
    const path = join(folder, 'logs', 'a.log');
    const said: string[] = [];
    await mkdir(join(folder, 'logs'));
    await symlink('/dev/full', path);
    const file = logFile(path, { say: (line) => said.push(line) });
    for (let line = 0; line < 3; line += 1) file.write('lost\n');
    expect(said).toEqual([expect.stringMatching(/a\.log cannot be written \(ENOSPC.*\): its lines are lost until it can$/)]);
    await rm(join(folder, 'logs'), { recursive: true });
    for (let line = 0; line < 3; line += 1) file.write('kept\n');
    expect(said.slice(1)).toEqual([`${path} is written again: 3 lines were lost`]);
    expect(await readFile(path, 'utf8')).toBe('kept\nkept\nkept\n');
    // a folder that is a file: nothing can be made in it
    await rm(join(folder, 'logs'), { recursive: true });
    await writeFile(join(folder, 'logs'), '');
    file.write('lost\n');
    expect(said.at(-1)).toContain('cannot be written');
    await rm(folder, { recursive: true });
  });
});

describe('where the disk of standard output is full', () => {
  const BUILD_MS = 120_000;
  const near = (path: string): string => JSON.stringify(pathToFileURL(join(ROOT, 'dist', path)).href);
  /** Each says some lines, and then on another output that it lives. */
  const PROCESSES = [
    [
      'openOutput()',
      `import { openOutput } from ${near('local/terminal.js')}; const said = openOutput(1, () => undefined);`,
      "said.write('a line\\n')",
    ],
    [
      'createLogger()',
      `import { createLogger } from ${near('run/logger.js')}; const said = createLogger('test', { SIGNALBOX_LOG_LEVEL: 'info' });`,
      "said.warn('a line')",
    ],
  ] as const;

  it.each(PROCESSES)(
    '%s does not end its process',
    async (_name, opened, say) => {
      await ensureBuilt();
      const full = await open('/dev/full', 'w');
      const script = `${opened} for (let nth = 0; nth < 3; nth += 1) ${say}; setTimeout(() => process.stderr.write('alive'), 50);`;
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', full.fd, 'pipe'] });
      let errors = '';
      child.stderr?.on('data', (chunk: Buffer) => {
        errors += chunk.toString('utf8');
      });
      await once(child, 'close');
      await full.close();
      expect(errors).toBe('alive');
    },
    BUILD_MS,
  );
});
