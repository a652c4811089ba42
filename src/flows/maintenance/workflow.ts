/**
 * A machine that alerts. An LLM diagnoses where there is one, a person is asked about a work order above the limit, and it is sent. Then
 * maintenance is waited for, or reminded of, and whether the machine is back to normal is said.
 */
import type { HeardEvent } from '../../domain/story.ts';
import type { Question } from '../../workflows/askLadder.ts';
import type { LoadedCase } from '../../workflows/readEvents.ts';
import { type Stories, storyCase } from '../../workflows/storyCase.ts';
import type { Awaited, StoryRun } from '../../workflows/storyRun.ts';
import type { MaintenancePolicy } from './policy.ts';
import type { WorkOrder } from './workOrder.ts';

type Run = StoryRun<MaintenancePolicy>;

const SECOND_MS = 1000;

export const maintenanceStories: Stories<MaintenancePolicy> = {
  // looked at again is the reading with which an incident was over: stories that wait for it hear of it
  'sensor.read': (run) => (run.about.why === 'look' ? run.done() : mend(run)),
  'machine.silent': find,
};

export const maintenanceCase = storyCase(maintenanceStories);

async function mend(run: Run): Promise<void> {
  if (!(await ordered(run))) return;
  const performed = await orReminded(run, { type: 'maintenance.performed' });
  if (performed !== null) await sayWhether(run, await backToNormal(run, performed));
  await run.done();
}

async function find(run: Run): Promise<void> {
  if (!(await ordered(run))) return;
  await sayWhether(run, await orReminded(run, { type: ['machine.heartbeat', 'sensor.read'] }));
  await run.done();
}

function question({ event: { data }, provisional }: LoadedCase<MaintenancePolicy>): Question {
  // the reflex proposes one with each alert
  const order = provisional?.result.order as WorkOrder;
  return {
    question: `Order ${order.kind} for machine ${data.machineId}, at a cost of ${order.cost}?`,
    dataAs: 'reading',
    proposed: { outcome: 'alert', result: { ...order } },
    rejected: 'watch',
    // a rule asks for a person where the order costs more than its limit
    freely: [{ code: 'below-limit', text: `The work order costs ${order.cost}, which may be ordered without a person` }],
  };
}

/** Whether a work order was sent; if none was, the story is done. */
async function ordered(run: Run): Promise<boolean> {
  const decided = await run.ask(question(run.about));
  const orders = decided.outcome === 'alert';
  await (orders ? run.act(decided) : run.done(decided));
  return orders;
}

const later = (run: Run, seconds: number): number => run.nowMs() + SECOND_MS * seconds;

async function orReminded(run: Run, awaited: Pick<Awaited, 'type'>): Promise<HeardEvent | null> {
  const { remindSeconds, giveUpSeconds } = run.about.content.followUp;
  const untilMs = later(run, giveUpSeconds);
  const soon = await run.waitFor({ ...awaited, untilMs: Math.min(untilMs, later(run, remindSeconds)) });
  if (soon !== null) return soon;
  await run.act('remind');
  return run.waitFor({ ...awaited, untilMs });
}

/** The first reading with which an incident was over, behind the maintenance. */
function backToNormal(run: Run, { event }: HeardEvent): Promise<HeardEvent | null> {
  const fits = (heard: HeardEvent): boolean => heard.event.position > event.position && heard.decision?.outcome !== 'alert';
  return run.waitFor({ type: 'sensor.read', fits, untilMs: later(run, run.about.content.followUp.recoverySeconds) });
}

const sayWhether = (run: Run, back: HeardEvent | null) => run.act(back === null ? 'not-recovered' : 'recovered');
