/** Node, memory and disk; what this folder's stack says of itself. */
import { statfs } from 'node:fs/promises';
import { freemem, totalmem } from 'node:os';
import { dirname, resolve } from 'node:path';
import { isRunning } from '../../local/processIdentity.ts';
import type { RunFile } from '../../local/runFile.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

const GIB = 1024 ** 3;
const gib = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GiB`;
const NODE_MIN = [20, 19] as const;

/** Below it the database can stop in the middle of a day; below a tenth of it, of an hour. */
const DISK_BYTES_MIN = 5 * GIB;
const MEMORY_BYTES_MIN = GIB / 2;

export async function lookAtMachine(folder: string): Promise<Finding[]> {
  return [node(), memory(), await disk(resolve(folder))];
}

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const enough = major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1]);
  return enough ? ok('node', process.version) : fail('node', process.version, `install Node ${NODE_MIN.join('.')} or later`);
}

function memory(): Finding {
  const found = `${gib(freemem())} of ${gib(totalmem())} free`;
  return freemem() >= MEMORY_BYTES_MIN ? ok('memory', found) : warn('memory', found, 'the stack wants half a GiB: end other programs');
}

async function disk(folder: string): Promise<Finding> {
  // the data folder may not be there yet: its disk is that of the nearest folder above
  for (let at = folder; ; at = dirname(at)) {
    const stats = await statfs(at).catch(() => null);
    if (stats === null && at !== dirname(at)) continue;
    if (stats === null) return warn('disk', `cannot look at ${folder}`, 'check SIGNALBOX_DATA');
    const free = stats.bavail * stats.bsize;
    const found = `${gib(free)} free for ${folder}`;
    if (free < DISK_BYTES_MIN / 10) return fail('disk', found, 'free some space, or set SIGNALBOX_DATA to another disk');
    return free < DISK_BYTES_MIN ? warn('disk', found, 'free some space before it runs out') : ok('disk', found);
  }
}

export async function lookAtProcesses(run: RunFile | null, folder: string): Promise<Finding[]> {
  if (run === null) return [ok('processes', `no stack runs in ${folder}`)];
  const supervised = await isRunning(run.supervisor);
  const findings: Finding[] = [
    supervised
      ? ok('supervisor', `process ${run.supervisor.pid}, since ${run.startedAt}`)
      : fail(
          'supervisor',
          `process ${run.supervisor.pid} is gone, run.json was left`,
          'run `npm start`: it ends what was left and starts anew',
        ),
  ];
  for (const [name, identity] of Object.entries(run.processes)) {
    const alive = await isRunning(identity);
    findings.push(
      alive
        ? ok(name, `process ${identity.pid}`)
        : warn(
            name,
            `process ${identity.pid} is gone`,
            supervised ? 'its supervisor starts it again: look at the logs in the data folder if this stays' : 'run `npm start`',
          ),
    );
  }
  return findings;
}
