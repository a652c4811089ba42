/** Every fault of the table served to a whole case: it ends by a person, within the cap, and nothing is approved by accident. */
import { answerFaultReply, httpFaultReply, llmFaults } from '../support/llmFaults.ts';
import type { Reply } from '../support/llmReplies.ts';
import type { Scene } from './ladderScene.ts';

/** By what the table says of each: asked once and no more, tried again up to the cap, or mended once. */
type Expected = 'once' | 'again' | 'mended';

const AGAIN = new Set(['http-408', 'http-409', 'http-500', 'http-502', 'http-503', '200-html', 'truncated-http', 'drip', 'reset-mid-body']);
const ONCE = new Set(['refusal', 'content-filter', 'length', 'no-choices-key', 'content-empty', 'tool-call-instead', 'huge-3MB']);

function expected(id: string): Expected {
  if (AGAIN.has(id)) return 'again';
  return id.startsWith('http-') || ONCE.has(id) ? 'once' : 'mended';
}

const COUNTS: Record<Expected, (calls: number, max: number) => boolean> = {
  once: (calls) => calls === 1,
  again: (calls, max) => calls > 1 && calls <= max,
  mended: (calls) => calls === 2,
};

export async function tryFaults(scene: Scene): Promise<string[]> {
  const { http_errors: http, answers } = await llmFaults();
  const faults: [string, Reply][] = [
    ...http.map((fault): [string, Reply] => [fault.id, httpFaultReply(fault)]),
    ...answers.map((fault): [string, Reply] => [fault.id, answerFaultReply(fault)]),
  ];
  const findings: string[] = [];
  for (const [id, reply] of faults) findings.push(...(await tryFault(scene, id, reply)));
  console.log(`faults: ${faults.length} served, ${findings.length} findings`);
  return findings;
}

async function tryFault({ service, llm, callsMax, ...scene }: Scene, id: string, reply: Reply): Promise<string[]> {
  await scene.forgive();
  llm.follow(() => reply);
  const before = llm.requests.length;
  const { payment } = await scene.doubt();
  const { receipt } = await service.post(payment);
  const approval = await scene.asked(receipt.event);
  const calls = llm.requests.length - before;
  const findings = COUNTS[expected(id)](calls, callsMax) ? [] : [`${id}: asked ${calls} times, expected ${expected(id)}`];
  await service.giveVerdict(approval.id, 'reject', 'a trial');
  const decided = await scene.decided(receipt.event);
  const [last] = decided.decisions.slice(-1);
  if (last?.rung !== 'human' || last.outcome !== 'decline') findings.push(`${id}: decided ${last?.outcome} by ${last?.rung}`);
  const { rungs } = await service.get<{ rungs: { rung: string; abstained?: string }[] }>(`/v1/decisions/${last?.id}`);
  const passed = rungs.find(({ rung }) => rung === 'llm')?.abstained;
  if (passed === undefined) findings.push(`${id}: the decision does not say that the LLM was passed over`);
  console.log(`  ${id.padEnd(20)} ${String(calls).padStart(2)} requests, then a person: ${passed}`);
  return findings;
}
