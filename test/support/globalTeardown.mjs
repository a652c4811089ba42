/** Ends the run's shared servers and removes what they kept. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const DEADLINE_MS = 15_000;

function signal(pid, name) {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if (error.code === 'ESRCH') return false;
    throw error;
  }
}

/** A zombie counts as ended: as process 1 a container's shell may never collect it. */
async function runs(pid) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return stat === null ? process.platform !== 'linux' && signal(pid, 0) : !/\) Z /.test(stat);
}

async function anyRuns(pids) {
  return (await Promise.all(pids.map(runs))).includes(true);
}

export default async function teardown() {
  const folder = process.env.SIGNALBOX_TEST_RUN;
  const pids = (await readFile(join(folder, 'pids'), 'utf8').catch(() => '')).split('\n').filter(Boolean).map(Number);
  for (const pid of pids) signal(pid, 'SIGINT');
  const deadline = Date.now() + DEADLINE_MS;
  while ((await anyRuns(pids)) && Date.now() < deadline) await pause(25);
  for (const pid of pids) signal(pid, 'SIGKILL');
  await rm(folder, { recursive: true, force: true });
}
