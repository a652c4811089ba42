/** Decides events by folding them in this process, as accepting them would, and measures what that costs. */
import { parse } from 'yaml';
import { CannotRun } from '../domain/errors.ts';
import type { JsonObject } from '../domain/event.ts';
import { firstFaults } from '../domain/firstFaults.ts';
import type { Flow } from '../domain/flow.ts';
import { OUR_WORDS, shapeFaultLines } from '../domain/shapeFaults.ts';
import { LogFold } from '../kit/foldAll.ts';
import type { DataEvent, Decided, Decider, Questions } from './dataSet.ts';

export interface StateSizes {
  readonly count: number;
  readonly meanBytes: number;
  readonly mostBytes: number;
}

export class FoldHere implements Decider {
  readonly #flow: Flow;
  readonly #costsUs: number[] = [];
  readonly #logs: LogFold<unknown>[] = [];

  constructor(flow: Flow) {
    this.#flow = flow;
  }

  async *decide<Sent extends DataEvent>({ policy, events }: Questions<Sent>): AsyncGenerator<Decided<Sent>> {
    const log = new LogFold<unknown>({ flow: this.#flow, policy: this.#policy(policy) });
    this.#logs.push(log);
    for await (const event of events) {
      const startedMs = performance.now();
      const { sent, decision, ending, note } = log.add(event);
      this.#costsUs.push(1000 * (performance.now() - startedMs));
      if (ending === 'quarantined') throw new CannotRun(`Cannot evaluate as ${event.id} was put into quarantine: ${note}`);
      yield { sent, outcome: decision?.outcome ?? null, score: decision?.score ?? null, result: (decision?.result ?? {}) as JsonObject };
    }
  }

  /** What events cost, and how large states are by what their keys begin with. */
  notes(): string[] {
    const sorted = Float64Array.from(this.#costsUs).sort();
    if (sorted.length === 0) return [];
    const at = (share: number): string => (sorted[Math.floor(share * (sorted.length - 1))] as number).toFixed(1);
    const sizes = [...this.#sizes()].map(
      ([kind, { count, meanBytes, mostBytes }]) => `${count} ${kind} of ${Math.round(meanBytes)} (at most ${mostBytes})`,
    );
    return [`an event is folded in ${at(0.5)} us (p50), ${at(0.99)} us (p99)`, `states, in bytes: ${sizes.join(', ')}`];
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
