/**
 * Every request to the LLM fails: what others see of it. Events of another log are posted at a steady pace beside doubtful payments, in turns
 * with an LLM that answers and with one that does not; the 99th percentile of the others over all rounds is compared. Then all cases end, by people.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../../src/local/until.ts';
import type { Approval } from '../../src/wire/approval.ts';
import { answers } from '../support/llmReplies.ts';
import { type Scene, sure } from './ladderScene.ts';

const ROUNDS = 10;
const ROUND_MS = 6000;
const OTHERS_PACE_MS = 5;
const DOUBTS_PACE_MS = 200;
const GROWTH_MAX = 1.2;
const DONE_MS = 120_000;

let posted = 0;

async function postOther(url: string): Promise<number> {
  posted += 1;
  const event = { specversion: '1.0', id: `calm-${posted}`, source: '/calm', type: 'door.opened', data: { door: posted % 10 } };
  const startedMs = performance.now();
  const headers = { 'content-type': 'application/cloudevents+json' };
  const response = await fetch(`${url}/v1/events`, { method: 'POST', headers, body: JSON.stringify(event) });
  await response.arrayBuffer();
  if (response.status !== 202) throw new Error(`an event of another log was answered ${response.status}`);
  return performance.now() - startedMs;
}

const percentile = (sorted: readonly number[], share: number): number => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
/** What the others took, in milliseconds, while doubtful payments come in. */
async function tookBeside(scene: Scene, events: string[]): Promise<number[]> {
  const untilMs = performance.now() + ROUND_MS;
  const doubts = (async () => {
    while (performance.now() < untilMs) {
      const { payment } = await scene.doubt();
      events.push((await scene.service.post(payment)).receipt.event);
      await pause(DOUBTS_PACE_MS);
    }
  })();
  const waiting: Promise<number>[] = [];
  while (performance.now() < untilMs) {
    waiting.push(postOther(scene.stack.url));
    await pause(OTHERS_PACE_MS);
  }
  const tookMs = await Promise.all(waiting);
  await doubts;
  return tookMs;
}

const p99 = (tookMs: readonly number[]): number =>
  percentile(
    [...tookMs].sort((a, b) => a - b),
    0.99,
  );

export async function tryCalm(scene: Scene): Promise<string[]> {
  const events: string[] = [];
  const [calm, failing]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    await scene.forgive();
    scene.llm.follow(() => sure('decline'));
    calm.push(...(await tookBeside(scene, events)));
    scene.llm.follow(() => answers(500));
    failing.push(...(await tookBeside(scene, events)));
  }
  const ended = await endAll(scene, events);
  const [calmMs, failingMs] = [p99(calm), p99(failing)];
  const growth = failingMs / calmMs;
  console.log(
    `calm: p99 of another log ${calmMs.toFixed(1)} ms with an LLM that answers, ${failingMs.toFixed(1)} ms with one that fails every time: ${growth.toFixed(2)} times, over ${failing.length} events each; ${ended} of ${events.length} cases ended`,
  );
  const findings = growth > GROWTH_MAX ? [`the p99 of another log grew to ${growth.toFixed(2)} times`] : [];
  return ended === events.length ? findings : [...findings, `${events.length - ended} cases did not end`];
}

/** People answer whatever is asked until nothing waits. */
async function endAll({ service, rows }: Scene, events: readonly string[]): Promise<number> {
  const positions = events.map((event) => Number(event.split('.').at(-1)));
  const decided = async (): Promise<number> =>
    (
      await rows<{ n: number }>("select count(*)::int as n from entries where log = 'fraud' and position = any($1) and ending = 'case'", [
        positions,
      ])
    )[0]?.n ?? 0;
  await until(async () => {
    for (const { id } of await service.list<Approval>('/v1/approvals?flow=fraud')) await service.giveVerdict(id, 'reject', 'a trial');
    return (await decided()) === events.length;
  }, AbortSignal.timeout(DONE_MS)).catch(() => undefined);
  return decided();
}
