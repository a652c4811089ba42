/**
 * kill -9 of the worker while a request to the LLM, or an action, is in the air, again and again, with an LLM that changes its mind at
 * each request: what is shown is what was done, once, and nobody asks more often than the policy allows.
 */
import { until } from '../../src/local/until.ts';
import type { Reply } from '../support/llmReplies.ts';
import { type KeptEvent, type Scene, sure } from './ladderScene.ts';

const AIR_MS = 60_000;
/** In flight at a time: a kill may hit several. */
const OPEN = 4;
const ACTION_OF: Readonly<Record<string, string>> = { approve: 'fraud.release', decline: 'fraud.block' };

/** Shut, it holds whoever comes until it is opened. */
export class Gate {
  #waiting: (() => void)[] = [];
  #shut = false;

  get held(): number {
    return this.#waiting.length;
  }

  shut(): void {
    this.#shut = true;
  }

  open(): void {
    this.#shut = false;
    for (const go of this.#waiting.splice(0)) go();
  }

  async pass(): Promise<void> {
    if (this.#shut) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}

/** Says another outcome each time. */
export function fickle(gate: Gate): (nth: number) => Reply {
  return (nth) => (exchange) => {
    void gate.pass().then(() => sure(nth % 2 === 0 ? 'approve' : 'decline')(exchange));
  };
}

/** Posts doubts, and kills the worker `count` times when something of them is in the air. */
export async function killInTheAir(scene: Scene, gate: Gate, count: number): Promise<KeptEvent[]> {
  const events: string[] = [];
  // a breaker that an earlier trial opened would keep every request from the air
  await scene.forgive();
  for (let kill = 0; kill < count; kill += 1) {
    gate.shut();
    const doubts = await Promise.all(Array.from({ length: OPEN }, () => scene.doubt()));
    for (const { payment } of doubts) events.push((await scene.service.post(payment)).receipt.event);
    await until(async () => gate.held > 0, AbortSignal.timeout(AIR_MS));
    // what is held is of a process that is gone by then
    await scene.stack.kill('worker');
    gate.open();
    await scene.forgive();
    if ((kill + 1) % 10 === 0) console.error(`${kill + 1} kills`);
  }
  const kept: KeptEvent[] = [];
  for (const event of events) {
    const now = await scene.askedOrDecided(event);
    if (now.status !== 'decided') await scene.service.giveVerdict((await scene.asked(event)).id, 'reject', 'a trial');
    kept.push(await scene.decided(event));
  }
  return kept;
}

/** One final decision, one action of its outcome with one key and one body, no more requests than allowed. */
export async function checkKilled(scene: Scene, what: string, kept: readonly KeptEvent[]): Promise<string[]> {
  const findings: string[] = [];
  const settled = async () =>
    (await scene.rows<{ open: number }>("select count(*)::int as open from actions where state = 'planned'"))[0]?.open === 0;
  await until(settled, AbortSignal.timeout(AIR_MS));
  const actions = await scene.rows<{ event_position: number; key: string; action: string; state: string; decision: string }>(
    'select event_position::int, key, action, state, decision from actions',
  );
  const calls = await scene.rows<{ position: number; calls: number }>(
    "select event_position::int as position, count(*)::int as calls from llm_calls where state <> 'reused' group by 1",
  );
  const bodies = new Map<string, Set<string>>();
  for (const { key, body } of scene.receiver.deliveries) bodies.set(key, (bodies.get(key) ?? new Set()).add(body));
  const rungs: Record<string, number> = {};
  for (const { event, decisions } of kept) {
    const finals = decisions.filter(({ provisional }) => !provisional);
    const [final] = finals;
    if (finals.length !== 1 || final === undefined) findings.push(`${event} has ${finals.length} final decisions`);
    if (final === undefined) continue;
    rungs[final.rung] = (rungs[final.rung] ?? 0) + 1;
    const position = Number(event.split('.').at(-1));
    const own = actions.filter((action) => action.event_position === position);
    const [action] = own;
    if (own.length !== 1 || action?.state !== 'done' || action.decision !== final.id)
      findings.push(`${event}: actions ${JSON.stringify(own)} of ${final.id}`);
    if (action === undefined) continue;
    const sent = [...(bodies.get(action.key) ?? [])];
    const told = sent.map((body) => JSON.parse(body) as { type: string; data: { outcome: string } });
    if (sent.length !== 1 || told[0]?.type !== ACTION_OF[final.outcome] || told[0]?.data.outcome !== final.outcome)
      findings.push(`${event} is ${final.outcome}, and its receiver was told ${JSON.stringify(told)}`);
    const asked = calls.find((row) => row.position === position)?.calls ?? 0;
    if (asked > scene.callsMax) findings.push(`${event}: ${asked} requests, more than ${scene.callsMax}`);
  }
  const most = Math.max(0, ...calls.map((row) => row.calls));
  console.log(
    `${what}: ${kept.length} events, decided by ${JSON.stringify(rungs)}, at most ${most} requests about one of ${scene.callsMax}`,
  );
  return findings;
}
