/** Which counter a final decision is counted in, and what a batch adds to the counters and takes from them. */
import type { FlowLog } from '../log/caseLog.ts';
import type { Client } from '../log/db/database.ts';
import type { FinalDecision } from './finalDecision.ts';

const CODE_CHARS = 12;
/** Names of models and people are part of a key of the database, which has its limits; a verdict by bare signal may carry any name. */
const NAME_CHARS_MAX = 100;
const BUCKETS = 10;

interface Cell {
  day: string;
  rung: string;
  policy: string;
  model: string;
  prompt: string;
  reviewer: string;
  outcome: string;
  bucket: number;
  truth: string;
}

interface Delta extends Cell {
  decisions: number;
  confidence: number;
  cost: number;
}

/** Cut, and made a text that the database can hold. */
function named(value: unknown): string {
  if (typeof value !== 'string') return '';
  return Buffer.from(value.slice(0, NAME_CHARS_MAX), 'utf8').toString('utf8').replaceAll('\u0000', '\ufffd');
}

/** `result.llm` is where an LLM rung says who answered: `{model, prompt}`, the model's name and the prompt's version. */
function llmOf({ result }: FinalDecision['body']): { model: string; prompt: string } {
  const llm = result?.llm as { model?: unknown; prompt?: unknown } | null | undefined;
  return { model: named(llm?.model), prompt: named(llm?.prompt) };
}

const DAY_MS = 86_400_000;
const days = new Map<number, string>();
/** Of years before 1 and after 9999 there are none: the edge refuses them. Those of ten years are kept. */
const DAYS_KEPT = 3653;

function dayOf(timeMs: number): string {
  const nth = Math.floor(timeMs / DAY_MS);
  const known = days.get(nth);
  if (known !== undefined) return known;
  if (days.size >= DAYS_KEPT) days.clear();
  const day = new Date(timeMs).toISOString().slice(0, 10);
  days.set(nth, day);
  return day;
}

/** `code`: what folded the event, as SHA-256. */
function cellOf({ body, timeMs, policy, reviewer, outcome }: FinalDecision, { code, truth }: { code: string; truth: string }): Cell {
  const { rung, confidence } = body;
  const { model, prompt } = rung === 'llm' ? llmOf(body) : { model: rung === 'model' ? code.slice(0, CODE_CHARS) : '', prompt: '' };
  return {
    ...{ day: dayOf(timeMs), rung, policy, model, prompt, outcome, truth },
    reviewer: rung === 'human' ? named(reviewer) : '',
    bucket: Math.min(Math.floor((confidence ?? 0) * BUCKETS), BUCKETS - 1),
  };
}

const costUsd = ({ rungs }: FinalDecision['body']): number => (rungs ?? []).reduce((sum, { costUsd: cost = 0 }) => sum + cost, 0);

/** What a batch changes, by cell. */
export class CellChanges {
  readonly #deltas = new Map<string, Delta>();
  readonly #codeAt: (position: number) => string;

  constructor(codeAt: (position: number) => string) {
    this.#codeAt = codeAt;
  }

  /** `sign`: 1 adds it, -1 takes it away. An empty truth: none is known. */
  count(decision: FinalDecision, sign: 1 | -1, truth: string): void {
    const { body, byCase, eventPosition, position } = decision;
    // one that was folded when it was redriven stands at the entry that did it
    const cell = cellOf(decision, { code: this.#codeAt(byCase ? eventPosition : position), truth });
    const key = Object.values(cell).join('\u0000');
    const delta = this.#deltas.get(key) ?? { ...cell, decisions: 0, confidence: 0, cost: 0 };
    delta.decisions += sign;
    delta.confidence += sign * Math.round((body.confidence ?? 0) * 1e6);
    delta.cost += sign * Math.round(costUsd(body) * 1e9);
    this.#deltas.set(key, delta);
  }

  async write(client: Client, { tenant, flow }: FlowLog): Promise<void> {
    // one decision may leave a cell and another enter it: its count stays, its sums do not
    const deltas = [...this.#deltas.values()].filter(
      ({ decisions, confidence, cost }) => decisions !== 0 || confidence !== 0 || cost !== 0,
    );
    if (deltas.length === 0) return;
    const column = <Name extends keyof Delta>(name: Name): Delta[Name][] => deltas.map((delta) => delta[name]);
    await client.query(ADD, [
      ...[tenant, flow, column('day'), column('rung'), column('policy'), column('model'), column('prompt'), column('reviewer')],
      ...[column('outcome'), column('bucket'), column('truth'), column('decisions'), column('confidence'), column('cost')],
    ]);
  }
}

const ADD = `insert into quality as t
    (tenant, flow, day, rung, policy, model, prompt, reviewer, outcome, bucket, truth, decisions, confidence_millionths, cost_usd_billionths)
  select $1, $2, q.* from unnest($3::date[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::smallint[], $11::text[],
    $12::bigint[], $13::bigint[], $14::bigint[]) as q
  on conflict (tenant, flow, day, rung, policy, model, prompt, reviewer, outcome, bucket, truth) do update set
    decisions = t.decisions + excluded.decisions, confidence_millionths = t.confidence_millionths + excluded.confidence_millionths,
    cost_usd_billionths = t.cost_usd_billionths + excluded.cost_usd_billionths`;
