/** Stories of alerts, told in memory from the readings to the machine that is back: the clock is a number. */
import { describe, expect, it } from '@jest/globals';
import { aboutFolded, type Script, tellInMemory } from '../../../../test/support/memoryStory.ts';
import { type FoldedEvent, LogFold } from '../../../kit/foldAll.ts';
import { parsePolicy } from '../../../policy/policy.ts';
import { storyOf } from '../../../workflows/storyCase.ts';
import { maintenance } from '../flow.ts';
import type { MaintenancePolicy } from '../policy.ts';
import { HEARTBEAT, MAINTAINED, READ, SILENT } from '../readings.ts';
import { maintenanceStories } from '../workflow.ts';

const START_MS = Date.UTC(2026, 0, 5);
const own = { m: { learnRows: 100 } };
const shipped: MaintenancePolicy = { ...parsePolicy(maintenance, maintenance.policyText), machines: own };
/** The work costs more than may be ordered without a person. */
const dear: MaintenancePolicy = {
  ...shipped,
  workOrders: { ...shipped.workOrders, bySensor: { temperature: { kind: 'cooling', cost: 900 } } },
};

/** The alert of a temperature that shifts. */
function alertUnder(policy: MaintenancePolicy) {
  const log = new LogFold({ flow: maintenance, policy });
  const read = (at: number, temperature: number): FoldedEvent =>
    log.add({ type: READ, timeMs: START_MS + at * 60_000, data: { machineId: 'm', values: { temperature } } });
  for (let at = 0; at < 150; at += 1) read(at, 70 + Math.sin(at * 1.7));
  const rows = Array.from({ length: 20 }, (_, at) => read(150 + at, 120));
  const alert = rows.find(({ decision }) => decision?.outcome === 'alert');
  if (alert === undefined) throw new Error('Cannot tell a story without an alert');
  return aboutFolded(alert, policy);
}

const tell = (script: Script, policy = dear) => tellInMemory(storyOf(maintenanceStories, READ), alertUnder(policy), script);

/** The machine was heard of once, and fell silent. */
function silenceUnder(policy: MaintenancePolicy) {
  const log = new LogFold({ flow: maintenance, policy });
  log.add({ type: HEARTBEAT, timeMs: START_MS, data: { machineId: 'm' } });
  const [since, due] = [new Date(START_MS).toISOString(), new Date(START_MS + 900_000).toISOString()];
  return aboutFolded(log.add({ type: SILENT, timeMs: START_MS + 900_000, data: { machineId: 'm', since, due, opened: since } }), policy);
}

const DAY = 86_400;
const approved = { afterSeconds: 60, verdict: 'approve' } as const;
const watch = { outcome: 'watch', confidence: 0.9, reasons: [{ code: 'seen', text: 'it was so last week' }], result: {} };

describe('an alert', () => {
  it('the story asks a person about a work order above the limit, and sends it when they approve', async () => {
    const { decision, questions, taken } = await tell({ person: { afterSeconds: 60, verdict: 'approve' } });
    expect(questions[0]?.question).toBe('Order cooling for machine m, at a cost of 900?');
    expect(decision).toMatchObject({
      ...{ outcome: 'alert', rung: 'human' },
      result: { kind: 'cooling', cost: 900, machineId: 'm', sensor: 'temperature' },
    });
    expect(decision?.reasons.map(({ code }) => code)).toEqual(expect.arrayContaining(['verdict', 'above-limit', 'level']));
    expect(taken[0]).toBe('work-order');
  });

  it('the story goes on watching where a person rejects, or nobody answers', async () => {
    const rejected = await tell({ person: { afterSeconds: 60, verdict: 'reject' } });
    expect([rejected.decision?.outcome, rejected.taken]).toEqual(['watch', []]);
    const silent = await tell({ person: { afterSeconds: 86_400, verdict: 'approve' } });
    expect(silent.decision).toMatchObject({ outcome: 'watch', rung: 'default' });
  });

  it('the story orders what costs no more than the limit without a person, and says why', async () => {
    const { decision, questions, taken } = await tell({}, shipped);
    expect(questions).toEqual([]);
    expect(decision).toMatchObject({ outcome: 'alert', rung: 'rules', result: { kind: 'inspection', cost: 200 } });
    expect(decision?.reasons[0]).toEqual({
      code: 'below-limit',
      text: 'The work order costs 200, which may be ordered without a person',
    });
    expect(taken[0]).toBe('work-order');
  });

  it('the story lets an LLM that is sure say that watching is enough below the limit, and only advise above it', async () => {
    const below = await tell({ llm: watch }, shipped);
    expect([below.decision?.outcome, below.decision?.rung, below.taken]).toEqual(['watch', 'llm', []]);
    const above = await tell({ llm: watch, person: { afterSeconds: 60, verdict: 'approve' } });
    expect(above.questions[0]?.advice).toMatchObject({ llm: { outcome: 'watch' } });
    expect([above.decision?.outcome, above.decision?.rung]).toEqual(['alert', 'human']);
  });

  it('the story orders where an LLM is unsure below the limit', async () => {
    const { decision, questions } = await tell({ llm: { ...watch, abstains: 'not sure enough' } }, shipped);
    expect(questions).toEqual([]);
    expect([decision?.outcome, decision?.rung]).toEqual(['alert', 'rules']);
  });
});

describe('after a work order', () => {
  const performed = (afterSeconds: number) => ({ afterSeconds, type: MAINTAINED, data: { kind: 'cooling' } });
  const read = (afterSeconds: number) => ({ afterSeconds, type: READ });

  it('the story waits for maintenance, then for the reading with which the incident is over, and says that the machine is back', async () => {
    const { taken, endings } = await tell({ person: approved, events: [read(100), performed(3600), read(4000)] });
    expect(taken).toEqual(['work-order', 'recovered']);
    expect(endings.map(({ story }) => story)).toEqual(['open', 'open', 'over']);
  });

  it('the story reminds of maintenance that does not come, once, and gives it up in the end', async () => {
    const late = await tell({ person: approved, events: [performed(3 * DAY), read(3 * DAY + 60)] });
    expect(late.taken).toEqual(['work-order', 'remind', 'recovered']);
    const never = await tell({ person: approved });
    expect(never.taken).toEqual(['work-order', 'remind']);
    expect(never.nowMs() - never.about.event.acceptedAtMs).toBeCloseTo(1000 * (60 + 14 * DAY), -4);
  });

  it('the story says that readings did not come back to normal within a day', async () => {
    const { taken } = await tell({ person: approved, events: [performed(3600), read(3600 + DAY + 1)] });
    expect(taken).toEqual(['work-order', 'not-recovered']);
  });
});

describe('a silence', () => {
  it('the story orders somebody to look, and says that the machine was heard of again', async () => {
    const story = storyOf(maintenanceStories, SILENT);
    const told = await tellInMemory(story, silenceUnder(shipped), { events: [{ afterSeconds: 600, type: HEARTBEAT }] });
    expect(told.decision).toMatchObject({ outcome: 'alert', rung: 'rules', result: { kind: 'look', cost: 100, sensor: null } });
    expect(told.decision?.reasons.map(({ text }) => text).join()).toContain('Nothing has been heard of m since 2026-01-05T00:00:00.000Z');
    expect(told.taken).toEqual(['work-order', 'recovered']);
    const gone = await tellInMemory(story, silenceUnder(shipped));
    expect(gone.taken).toEqual(['work-order', 'remind', 'not-recovered']);
  });
});

describe('maintenanceBriefing', () => {
  it('brief() tells an LLM what alerted, what was expected and what came, and what is proposed', () => {
    const { event, found, provisional } = alertUnder(dear);
    const told = maintenance.briefing?.brief({ event, found, provisional, policy: dear });
    expect(told?.facts).toEqual(
      expect.arrayContaining([
        { id: 'machine', label: 'The machine', value: 'm' },
        { id: 'sensor', label: 'The sensor', value: 'temperature' },
        { id: 'orderCost', label: 'What it costs', value: 900 },
      ]),
    );
    expect(new Set(told?.facts.map(({ id }) => id)).size).toBe(told?.facts.length);
    expect(Object.keys(maintenance.briefing?.lookUps ?? {})).toEqual(['machine']);
  });
});
