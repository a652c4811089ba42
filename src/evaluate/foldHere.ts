/** Decides events by folding them in this process, as accepting them would, and measures what that costs. */
import { parse } from 'yaml';
import { CannotRun, SignalboxError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/event.ts';
import { firstFaults } from '../domain/firstFaults.ts';
import type { Flow } from '../domain/flow.ts';
import { OUR_WORDS, shapeFaultLines } from '../domain/shapeFaults.ts';
import { type FoldedEvent, LogFold } from '../kit/foldAll.ts';
import type { DataEvent, Decided, Decider, Questions } from './dataSet.ts';

export interface StateSizes {
  readonly count: number;
  readonly meanBytes: number;
  readonly mostBytes: number;
}

const NEWEST = 10_000;

function percentiles(costs: readonly number[]): [p50: string, p99: string] {
  const sorted = Float64Array.from(costs).sort();
  const at = (share: number): string => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(1);
  return [at(0.5), at(0.99)];
}

/** Throws CannotRun that names the event and its fields, where it is one that accepting would refuse. */
function added<Sent extends DataEvent>(log: LogFold<unknown>, event: Sent): FoldedEvent<Sent> {
  try {
    return log.add(event);
  } catch (error) {
    if (!(error instanceof SignalboxError)) throw error;
    const fields = error.errors.map(({ pointer, detail }) => `${pointer} ${detail}`).join('; ');
    throw new CannotRun(`Cannot evaluate as ${event.id} is refused: ${error.message}: ${fields}`, { cause: error });
  }
}

export class FoldHere implements Decider {
  readonly #flow: Flow;
  readonly #costsUs: number[] = [];
  /** Processor time of the newest ones, in microseconds: with a memory that has learnt from all before. */
  #workUs: number[] = [];
  readonly #logs: LogFold<unknown>[] = [];

  constructor(flow: Flow) {
    this.#flow = flow;
  }

  async *decide<Sent extends DataEvent>({ policy, events }: Questions<Sent>): AsyncGenerator<Decided<Sent>> {
    const log = new LogFold<unknown>({ flow: this.#flow, policy: this.#policy(policy) });
    this.#logs.push(log);
    for await (const event of events) {
      const startedMs = performance.now();
      const working = log.memory === null ? null : process.cpuUsage();
      const { sent, decision, ending, note } = added(log, event);
      if (working !== null) this.#work(process.cpuUsage(working));
      this.#costsUs.push(1000 * (performance.now() - startedMs));
      if (ending === 'quarantined') throw new CannotRun(`Cannot evaluate as ${event.id} was put into quarantine: ${note}`);
      yield { sent, outcome: decision?.outcome ?? null, score: decision?.score ?? null, result: (decision?.result ?? {}) as JsonObject };
    }
  }

  /** What events cost, how large states are by what their keys begin with, and how large a memory is. */
  notes(): string[] {
    if (this.#costsUs.length === 0) return [];
    const [p50, p99] = percentiles(this.#costsUs);
    const sizes = [...this.#sizes()].map(
      ([kind, { count, meanBytes, mostBytes }]) => `${count} ${kind} of ${Math.round(meanBytes)} (at most ${mostBytes})`,
    );
    return [
      `an event is folded in ${p50} us (p50), ${p99} us (p99)`,
      `states, in bytes: ${sizes.join(', ')}`,
      ...this.#logs.flatMap((log) => this.#memory(log)),
    ];
  }

  #work({ user, system }: NodeJS.CpuUsage): void {
    this.#workUs.push(user + system);
    if (this.#workUs.length >= 2 * NEWEST) this.#workUs = this.#workUs.slice(-NEWEST);
  }

  #memory({ memory: held }: LogFold<unknown>): string[] {
    const memory = this.#flow.reflex?.memory;
    if (memory === undefined) return [];
    const newest = this.#workUs.slice(-NEWEST);
    const [p50, p99] = percentiles(newest);
    const startedMs = performance.now();
    const { length } = memory.save(held);
    const savedMs = (performance.now() - startedMs).toFixed(0);
    return [
      `the memory has ${length} bytes of at most ${memory.limitBytes}, saved in ${savedMs} ms`,
      `with it as it is, of the last ${newest.length} events, one takes ${p50} us (p50), ${p99} us (p99) of the processor`,
    ];
  }

  #sizes(): ReadonlyMap<string, StateSizes> {
    const sizes = new Map<string, StateSizes>();
    for (const log of this.#logs)
      for (const [key, state] of log.states) {
        if (state === null) continue;
        const kind = key.split(':', 1)[0] as string;
        const { count, meanBytes, mostBytes } = sizes.get(kind) ?? { count: 0, meanBytes: 0, mostBytes: 0 };
        const { length } = state;
        sizes.set(kind, {
          count: count + 1,
          meanBytes: meanBytes + (length - meanBytes) / (count + 1),
          mostBytes: Math.max(mostBytes, length),
        });
      }
    return sizes;
  }

  #policy(change: Questions<DataEvent>['policy']): unknown {
    const content = parse(this.#flow.policyText) as JsonObject;
    const parsed = this.#flow.policySchema.safeParse(change === undefined ? content : change(content), OUR_WORDS);
    if (parsed.success) return parsed.data;
    throw new CannotRun(
      firstFaults('Cannot evaluate as the policy does not fit', shapeFaultLines(this.#flow.policySchema, parsed.error, 'policy')),
    );
  }
}
