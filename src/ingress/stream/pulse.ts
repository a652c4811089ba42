/** Samples of how a tenant is, while anybody looks: figures of the last seconds, and what is not well. */
import { setTimeout as pause } from 'node:timers/promises';
import { readOpenCases } from '../../cases/openCases.ts';
import { readModelTroubles, readSpend } from '../../llm/record/spend.ts';
import type { Pool } from '../../log/db/database.ts';
import { type Positions, readHeads } from '../../log/read/feed.ts';
import { countDecisions, type OutcomeCount } from '../../log/read/told.ts';
import type { Ready } from '../../wire/ready.ts';
import type { Health, Summary } from '../../wire/stream.ts';
import { DegradedSince } from './degraded.ts';
import type { Quantiles } from './durations.ts';
import { flowOfLog } from './frames.ts';

const SAMPLE_MS = 2000;
/** Looking may take a twentieth of the time, unless that would make figures old. */
const COST = 20;
const SAMPLE_MS_MAX = 10_000;
const SAMPLES = 5;

interface Sample {
  readonly atMs: number;
  readonly heads: Positions;
  /** Since the sample before. */
  readonly decisions: readonly OutcomeCount[];
}

export interface PulseDeps {
  readonly pool: Pool;
  readonly health: () => Promise<Ready>;
  readonly deciding: () => Quantiles;
}

export interface Beat {
  readonly summary: Summary | null;
  readonly health: Health;
}

export class Pulse {
  readonly #deps: PulseDeps;
  readonly #tenant: string;
  readonly #stop = new AbortController();
  readonly #since = new DegradedSince();
  readonly #samples: Sample[] = [];
  #last: Beat | null = null;

  constructor(deps: PulseDeps, tenant: string, beat: (beat: Beat) => void) {
    this.#deps = deps;
    this.#tenant = tenant;
    void this.#run(beat);
  }

  /** What a new client is told at once, where anything is known. */
  get last(): Beat | null {
    return this.#last;
  }

  close(): void {
    this.#stop.abort();
  }

  async #run(beat: (beat: Beat) => void): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const beganMs = performance.now();
      this.#last = await this.#look();
      if (signal.aborted) return;
      beat(this.#last);
      const pauseMs = Math.min(SAMPLE_MS_MAX, Math.max(SAMPLE_MS, COST * (performance.now() - beganMs)));
      await pause(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Without a database there are no figures; that it is away is told. */
  async #look(): Promise<Beat> {
    const ready = await this.#deps.health();
    const at = new Date().toISOString();
    if (!ready.database.ok) return this.#away(ready, at);
    try {
      const { pool } = this.#deps;
      const [models, spend] = await Promise.all([readModelTroubles(pool), readSpend(pool, this.#tenant)]);
      const degraded = this.#since.look({ ready, models, spend }, at);
      const cases = await readOpenCases(pool, this.#tenant);
      const rates = await this.#rates();
      const llm = spend.map(({ usedUp, ...one }) => one);
      const summary = { at, ...rates, deciding: this.#deps.deciding(), backlog: ready.backlog, cases, llm, degraded };
      return { summary, health: { at, ready: ready.ready, degraded } };
    } catch {
      return this.#away({ ...ready, ready: false, database: { ok: false } }, at);
    }
  }

  #away(ready: Ready, at: string): Beat {
    this.#samples.length = 0;
    return { summary: null, health: { at, ready: ready.ready, degraded: this.#since.look({ ready, models: [], spend: [] }, at) } };
  }

  /** Over the last samples; the first one has nothing to compare with. */
  async #rates(): Promise<Pick<Summary, 'seconds' | 'events' | 'decisions'>> {
    const { pool } = this.#deps;
    const heads = await readHeads(pool, this.#tenant);
    const before = this.#samples.at(-1);
    const decisions = before === undefined ? [] : await countDecisions(pool, this.#tenant, { after: before.heads, upTo: heads });
    this.#samples.push({ atMs: performance.now(), heads, decisions });
    if (this.#samples.length > SAMPLES + 1) this.#samples.shift();
    const [first, ...later] = this.#samples as [Sample, ...Sample[]];
    const seconds = Math.max(0, ((later.at(-1) ?? first).atMs - first.atMs) / 1000);
    const rate = (count: number): number => (seconds === 0 ? 0 : Number((count / seconds).toPrecision(4)));
    const accepted = [...heads].filter(([log]) => !log.endsWith('/cases'));
    const counts = new Map<string, OutcomeCount>();
    for (const one of later.flatMap((sample) => sample.decisions)) {
      const key = `${one.flow} ${one.outcome} ${one.provisional}`;
      counts.set(key, { ...one, count: (counts.get(key)?.count ?? 0) + one.count });
    }
    return {
      seconds: Number(seconds.toFixed(1)),
      events: accepted.map(([log, head]) => ({ flow: flowOfLog(log), perSecond: rate(head - (first.heads.get(log) ?? 0)) })),
      decisions: [...counts.values()].map(({ count, ...one }) => ({ ...one, perSecond: rate(count) })),
    };
  }
}
