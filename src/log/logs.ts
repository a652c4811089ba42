/** The logs of a tenant: which flow answers a type, and one appender per log. */
import { CannotRun, SignalboxError } from '../domain/errors.ts';
import type { Flow } from '../domain/flow.ts';
import { UNROUTED } from '../domain/ids.ts';
import { DECISION_OUTCOME } from '../domain/outcomes.ts';
import { isOwnType } from '../domain/ownEvent.ts';
import { emissionFault } from '../kit/emissions.ts';
import { watchFault } from '../kit/watches.ts';
import { Appender } from './append.ts';
import type { AppendLimits } from './appendQueue.ts';
import type { Answer, Arrival } from './arrival.ts';
import type { CaseIds } from './caseIds.ts';
import { DatabaseClock } from './db/clock.ts';
import type { Pool } from './db/database.ts';
import { type Memories, memoryOf } from './memory/memories.ts';
import { Policies } from './policies.ts';

interface LogsDeps {
  readonly pool: Pool;
  readonly tenant: string;
  readonly flows: readonly Flow[];
  /** Needed where a flow's subjects are personal. */
  readonly caseIds?: CaseIds;
  readonly memories?: Memories;
  readonly clock?: DatabaseClock;
  readonly mailed: (cases: readonly string[]) => void;
  readonly committed?: (log: string, count: number, ms: number) => void;
  readonly limits?: AppendLimits;
}

export interface Routed {
  readonly flow: Flow | null;
  readonly arrival: Arrival;
}

export class Logs {
  readonly #byType = new Map<string, Flow>();
  readonly #byMade = new Map<string, Flow>();
  readonly #appenders = new Map<string, Appender>();
  readonly tenant: string;

  /** Throws where two flows answer one type: which of them decided would be a matter of luck. */
  constructor({ pool, tenant, flows, caseIds, memories, clock = new DatabaseClock(), mailed, committed, limits }: LogsDeps) {
    this.tenant = tenant;
    const policies = new Policies();
    const open = (log: string, flow: Flow | null): void => {
      const context = { tenant, log, flow, policies, ...(caseIds === undefined ? {} : { caseIds }), ...memoryOf(memories, log) };
      const deps = { pool, context, clock, mailed, ...(limits === undefined ? {} : { limits }) };
      this.#appenders.set(
        log,
        new Appender(committed === undefined ? deps : { ...deps, committed: (count, ms) => committed(log, count, ms) }),
      );
    };
    open(UNROUTED, null);
    for (const flow of flows) {
      const fault = watchFault(flow) ?? emissionFault(flow, flows);
      if (fault !== null) throw new CannotRun(fault);
      open(flow.name, flow);
      const made = Object.keys(flow.types).filter((type) => isOwnType(flow, type));
      for (const type of [...made, ...Object.keys(flow.emits ?? {})]) this.#byMade.set(type, flow);
      for (const type of Object.keys(flow.types)) {
        if (type === DECISION_OUTCOME) throw new CannotRun(`Cannot route ${type} to ${flow.name} as it is taken for every flow`);
        const other = this.#byType.get(type);
        if (other !== undefined) throw new CannotRun(`Cannot route ${type} as both ${other.name} and ${flow.name} answer it`);
        this.#byType.set(type, flow);
      }
      for (const type of Object.keys(flow.follows ?? {})) {
        const why = type === DECISION_OUTCOME ? 'it is taken for every flow' : Object.hasOwn(flow.types, type) ? 'it answers it' : null;
        if (why !== null) throw new CannotRun(`Cannot have ${flow.name} follow ${type} as ${why}`);
      }
    }
  }

  flowOf(type: string): Flow | null {
    return this.#byType.get(type) ?? null;
  }

  /** The flow that alone makes events of the type; null where anybody may. */
  makerOf(type: string): Flow | null {
    return this.#byMade.get(type) ?? null;
  }

  /** All types that a flow answers. */
  get types(): Iterable<string> {
    return this.#byType.keys();
  }

  get waiting(): number {
    return [...this.#appenders.values()].reduce((sum, appender) => sum + appender.waiting, 0);
  }

  /**
   * An answer or a refusal for each, in order. Throws `queue-full` for all of them, with nothing stored, where one log has no room;
   * after that logs commit apart, so one may refuse while another has accepted.
   */
  async append(routed: readonly Routed[]): Promise<(Answer | SignalboxError)[]> {
    const only = routed[0];
    if (routed.length === 1 && only !== undefined) return this.#appenderOf(only).append([only.arrival]);
    const groups = groupByAppender(routed, (one) => this.#appenderOf(one));
    const parts = [...groups].map(([appender, at]) => ({ appender, at, arrivals: at.map((index) => (routed[index] as Routed).arrival) }));
    for (const { appender, arrivals } of parts) {
      const bytes = arrivals.reduce((sum, { event }) => sum + event.body.length, 0);
      if (!appender.hasRoom(arrivals.length, bytes)) throw new SignalboxError('queue-full');
    }
    const answers = new Array<Answer | SignalboxError>(routed.length);
    await Promise.all(
      parts.map(async ({ appender, at, arrivals }) => {
        const got = await appender
          .append(arrivals)
          .catch((error: Error) => (error instanceof SignalboxError ? error : new SignalboxError('internal', undefined, { cause: error })));
        at.forEach((index, nth) => {
          answers[index] = got instanceof SignalboxError ? got : (got[nth] as Answer);
        });
      }),
    );
    return answers;
  }

  #appenderOf({ flow }: Routed): Appender {
    const appender = this.#appenders.get(flow?.name ?? UNROUTED);
    if (appender === undefined) throw new Error(`Cannot append to ${flow?.name} as it is not open`);
    return appender;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#appenders.values()].map((appender) => appender.close()));
  }
}

/** The indices of each appender's arrivals (`Map.groupBy` came with Node 21). */
function groupByAppender(routed: readonly Routed[], of: (one: Routed) => Appender): Map<Appender, number[]> {
  const groups = new Map<Appender, number[]>();
  routed.forEach((one, at) => {
    const appender = of(one);
    const group = groups.get(appender);
    if (group === undefined) groups.set(appender, [at]);
    else group.push(at);
  });
  return groups;
}
