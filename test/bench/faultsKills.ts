/** kill -9 at random moments, by the process ids that run.json names; whoever is back may be next. */
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../../src/local/until.ts';
import type { StackProcess, TestStack } from '../support/stack.ts';

export interface Kill {
  readonly name: StackProcess;
  readonly atMs: number;
}

const GAP_MS = { min: 300, max: 6000 };
const BACK_MS = 60_000;

/** Each name `count` times, in random order. */
function shuffled(names: readonly StackProcess[], count: number): StackProcess[] {
  const all = names.flatMap((name) => Array<StackProcess>(count).fill(name));
  return all
    .map((name) => ({ name, order: Math.random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ name }) => name);
}

export async function killAtRandom(stack: TestStack, names: readonly StackProcess[], count: number): Promise<Kill[]> {
  const kills: Kill[] = [];
  const killed = new Map<StackProcess, number>();
  for (const [nth, name] of shuffled(names, count).entries()) {
    await pause(GAP_MS.min + Math.random() * (GAP_MS.max - GAP_MS.min));
    let pid = 0;
    // one that was killed before is waited for: a process that is not there cannot be killed again
    await until(async () => {
      pid = (await stack.run()).processes[name]?.pid ?? 0;
      return pid !== 0 && pid !== killed.get(name);
    }, AbortSignal.timeout(BACK_MS)).catch(() => {
      throw new Error(`${name} was not back within ${BACK_MS / 1000} s of its kill`);
    });
    process.kill(pid, 'SIGKILL');
    killed.set(name, pid);
    kills.push({ name, atMs: Date.now() });
    if ((nth + 1) % 10 === 0) console.error(`${nth + 1} kills`);
  }
  return kills;
}
