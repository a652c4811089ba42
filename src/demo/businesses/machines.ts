/** Machines with sensors: most run, some wear out and fail unless they are mended in time, some fall silent. */
import { Agenda, type Business, type Happening, MINUTE_MS } from '../business.ts';
import type { Random } from '../random.ts';

const MACHINES = 8;
const LEARN_ROWS = 300;
const HISTORY_ROWS = 320;
/** From the first sign to the failure. */
const WEAR_MS = 4 * MINUTE_MS;
const MENDED_AFTER_MS = 20_000;
const SILENT_MS = 45_000;
/** Some machine begins to wear out, or falls silent, once in so long. */
const WEARS_SECONDS = 40;
const SILENT_SECONDS = 90;

interface Machine {
  readonly id: string;
  readonly warm: number;
  readonly rough: number;
  wornSinceMs: number | null;
  silentUntilMs: number;
  rows: number;
}

export function machines(random: Random): Business {
  const agenda = new Agenda();
  const all = Array.from(
    { length: MACHINES },
    (_, nth): Machine => ({
      ...{ id: `pump-${nth}`, warm: random.between(55, 70), rough: random.between(0.8, 1.6) },
      ...{ wornSinceMs: null, silentUntilMs: 0, rows: 0 },
    }),
  );
  const byId = new Map(all.map((machine) => [machine.id, machine]));
  /** Of machines that are wearing out. */
  const wornReadings = new WeakSet<Happening>();
  let turn = 0;

  function read(machine: Machine, atMs: number): Happening {
    machine.rows += 1;
    // a crack shows at once, and grows
    const worn = machine.wornSinceMs === null ? 0 : 0.3 + 0.7 * Math.min(1, (atMs - machine.wornSinceMs) / WEAR_MS);
    const day = Math.sin((atMs / (24 * 60 * MINUTE_MS)) * 2 * Math.PI);
    const round = (value: number): number => Math.round(value * 1000) / 1000;
    const reading = {
      type: 'sensor.read',
      atMs,
      data: {
        machineId: machine.id,
        values: {
          temperature: round(machine.warm + 2 * day + random.normal(0, 0.5) + 25 * worn),
          vibration: round(machine.rough * (1 + 4 * worn) + random.normal(0, 0.05)),
          pressure: round(6 + random.normal(0, 0.08)),
        },
      },
    };
    if (worn > 0) wornReadings.add(reading);
    return reading;
  }

  function wear(machine: Machine, nowMs: number, perSecond: number): void {
    if (machine.wornSinceMs !== null) return;
    if (random.chance(1 / (SILENT_SECONDS * perSecond))) machine.silentUntilMs = nowMs + SILENT_MS;
    if (!random.chance(1 / (WEARS_SECONDS * perSecond))) return;
    machine.wornSinceMs = nowMs;
    agenda.add({ type: 'machine.failed', atMs: nowMs + WEAR_MS, data: { machineId: machine.id, kind: 'bearing' } });
  }

  return {
    flow: 'maintenance',
    share: 0.3,
    labelled: 1,
    policy: {
      'detect.learnRows': LEARN_ROWS,
      'detect.jointLearnRows': LEARN_ROWS,
      'silence.afterSeconds': 20,
      'followUp.remindSeconds': 60,
      'followUp.giveUpSeconds': 240,
      'followUp.recoverySeconds': 120,
      'approvals.deadlineSeconds': 60,
      'approvals.remindersSeconds': [],
      'approvals.escalation': [],
      'workOrders.bySensor': { temperature: { kind: 'cooling', cost: 900 }, vibration: { kind: 'bearing', cost: 1400 } },
    },
    history(nowMs) {
      const rows = all.flatMap((machine) =>
        Array.from({ length: HISTORY_ROWS }, (_, nth) => read(machine, nowMs - (HISTORY_ROWS - nth) * MINUTE_MS)),
      );
      return rows.sort((a, b) => a.atMs - b.atMs);
    },
    next(nowMs, { perSecond }) {
      for (let tried = 0; tried < MACHINES; tried += 1) {
        turn = (turn + 1) % MACHINES;
        const machine = all[turn] as Machine;
        if (machine.silentUntilMs > nowMs) continue;
        wear(machine, nowMs, perSecond);
        return read(machine, nowMs);
      }
      return { type: 'machine.heartbeat', atMs: nowMs, data: { machineId: (all[0] as Machine).id } };
    },
    due(nowMs) {
      const due = agenda.takeDue(nowMs);
      return due.filter(({ type, data }) => {
        const machine = byId.get(String(data.machineId));
        if (machine === undefined) return false;
        // what was mended in time does not fail
        if (type === 'machine.failed' && machine.wornSinceMs === null) return false;
        if (type !== 'machine.heartbeat') machine.wornSinceMs = null;
        return true;
      });
    },
    act({ type, subject }, nowMs) {
      if (type === 'maintenance.work-order' && byId.has(subject))
        agenda.add({ type: 'maintenance.performed', atMs: nowMs + MENDED_AFTER_MS, data: { machineId: subject, kind: 'mended' } });
    },
    claims: { alert: 'failed' },
    truth({ happening }, { outcome }) {
      if (happening?.type !== 'sensor.read' || outcome !== 'alert') return null;
      return wornReadings.has(happening) ? 'failed' : 'ran';
    },
    approves: ({ happening }, { outcome }) => outcome === 'alert' && (happening === null || wornReadings.has(happening)),
  };
}
