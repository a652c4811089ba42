/** An LLM that says nothing for 30 seconds: whoever waits is answered by their deadline with what is known, and the revision arrives later. */
import { setTimeout as pause } from 'node:timers/promises';
import { stalls } from '../support/llmReplies.ts';
import { type Scene, sure } from './ladderScene.ts';

const STALL_MS = 30_000;
const WAITING = 20;
const WAIT_SECONDS_MAX = 5;
const LATE_MS = 100;

export async function tryStall(scene: Scene): Promise<string[]> {
  await scene.forgive();
  const doubts = await Promise.all(Array.from({ length: WAITING }, () => scene.doubt()));
  const fromMs = performance.now();
  scene.llm.follow(() => (performance.now() - fromMs < STALL_MS ? stalls : sure('decline')));
  const findings: string[] = [];
  const lateMs: number[] = [];
  const waited = await Promise.all(
    doubts.map(async ({ payment }, at) => {
      const seconds = 1 + (at % WAIT_SECONDS_MAX);
      // the answers' own time on a busy machine is no part of the wait: the connections are there already
      const startedMs = performance.now();
      const { status, receipt } = await scene.service.post(payment, seconds);
      lateMs.push(performance.now() - startedMs - seconds * 1000);
      if (status !== 202 || receipt.decision?.provisional !== true) findings.push(`answered ${status} without a provisional decision`);
      return receipt;
    }),
  );
  const latest = Math.max(...lateMs);
  if (latest > LATE_MS) findings.push(`a waiting call was answered ${latest.toFixed(0)} ms after its deadline`);
  await pause(Math.max(0, STALL_MS - (performance.now() - fromMs)));
  await scene.forgive();
  let revised = 0;
  for (const { event, decision } of waited) {
    const now = await scene.askedOrDecided(event);
    if (now.status !== 'decided') await scene.service.giveVerdict((await scene.asked(event)).id, 'reject', 'a trial');
    const final = (await scene.decided(event)).decisions.at(-1);
    if (final?.provisional !== false || final.revises !== decision?.id) findings.push(`${event} has no revision of what was told`);
    else revised += 1;
  }
  console.log(`stall: ${WAITING} waiting calls, the latest ${latest.toFixed(0)} ms after its deadline; ${revised} revised later`);
  return findings;
}
