/** A flow with labels, for tests of outcomes: claims are paid or refused by their score, those between go to a case. */
import { z } from 'zod';
import { recordEndings } from '../../src/cases/recordEndings.ts';
import type { DecisionDraft, Rung } from '../../src/domain/decision.ts';
import type { FlowEvent, JsonObject } from '../../src/domain/event.ts';
import type { Folded } from '../../src/domain/flow/reflex.ts';
import type { Flow } from '../../src/domain/flow.ts';
import { DECISION_OUTCOME } from '../../src/domain/outcomes.ts';
import { activateFlow, ensureHeads } from '../../src/log/activate.ts';
import type { AcceptedEvent, Arrival } from '../../src/log/arrival.ts';
import type { Pool } from '../../src/log/db/database.ts';
import type { Notifier } from '../../src/log/db/notify.ts';
import { Logs } from '../../src/log/logs.ts';
import { Policies } from '../../src/log/policies.ts';
import { joinOutcomes } from '../../src/outcomes/joinOutcomes.ts';
import { arrival } from './arrivals.ts';

function fold(event: FlowEvent): Folded {
  if (event.type !== 'claim.filed') return { states: [] };
  const score = event.data.score as number;
  if (score === 13) throw new Error('thirteen cannot be read');
  const decision: DecisionDraft = {
    outcome: score > 0.5 ? 'refuse' : 'pay',
    ...{ confidence: Math.max(score, 1 - score), score, rung: 'model' },
    ...{ reasons: [{ code: 'score', text: `of ${event.subject}` }], result: { features: { score, size: 10 } } },
    ...{ provisional: false, rungs: [] },
  };
  if (score <= 0.3 || score >= 0.7) return { states: [], decision };
  return { states: [], decision: { ...decision, provisional: true }, signal: { found: { score }, rungs: [] } };
}

const schema = (more: z.ZodRawShape): z.ZodType<JsonObject> =>
  z.looseObject({ holder: z.string(), claim: z.string(), ...more }) as unknown as z.ZodType<JsonObject>;
const subject = (data: JsonObject): string => String(data.holder);
const fields = { holder: 'personal', claim: 'plain', score: 'plain', bad: 'plain' } as const;

export const claims: Flow = {
  name: 'claims',
  title: 'Test claims',
  outcomes: ['pay', 'refuse'],
  types: {
    'claim.filed': { schema: schema({ score: z.number() }), subject, fields },
    'claim.settled': { schema: schema({ bad: z.boolean() }), subject, fields },
  },
  policySchema: z.strictObject({}),
  policyText: '{}\n',
  code: 'c0dec0dec0de0000',
  workflow: 'parcelCase',
  labels: {
    truths: ['bad', 'good'],
    claims: { refuse: 'bad', pay: 'good' },
    positive: 'bad',
    silence: { days: 7, truth: 'good' },
    keyOf: ({ type, data }) => (type === 'claim.filed' ? String(data.claim) : null),
    labelOf: ({ type, data }) => (type === 'claim.settled' ? { key: String(data.claim), truth: data.bad === true ? 'bad' : 'good' } : null),
  },
  reflex: {
    format: 1,
    keys: () => [],
    latenessMs: Number.MAX_SAFE_INTEGER,
    newestMs: () => 0,
    fold: (_states, event) => fold(event),
    show: () => ({}),
    subjectKey: (holder) => holder,
  },
};

let made = 0;

function claimEvent(type: string, data: JsonObject, { time = null, holder }: { time?: string | null; holder?: string } = {}): Arrival {
  made += 1;
  return arrival({ id: `e-${made}`, source: '/claims', type, time, subject: holder ?? String(data.holder), data });
}

export const filed = (holder: string, claim: string, score: number, time?: string): Arrival =>
  claimEvent('claim.filed', { holder, claim, score }, time === undefined ? {} : { time });
export const settled = (holder: string, claim: string, bad: boolean, time?: string): Arrival =>
  claimEvent('claim.settled', { holder, claim, bad }, time === undefined ? {} : { time });
/** As the edge routes it. */
export const said = (holder: string, data: JsonObject, time?: string): Arrival =>
  claimEvent(DECISION_OUTCOME, data, { holder, ...(time === undefined ? {} : { time }) });

export interface ClaimsOffice {
  readonly tenant: string;
  accept(...arrivals: Arrival[]): Promise<AcceptedEvent[]>;
  /** The final decision of an event that waits, by its case. */
  decide(event: AcceptedEvent, made: { outcome: string; rung?: Rung; confidence?: number } & Partial<DecisionDraft>): Promise<void>;
  /** Until nothing is left. */
  follow(): Promise<void>;
  close(): Promise<void>;
}

/** A tenant of its own in the database. */
export async function openClaims(pool: Pool, notifier: Notifier, flow: Flow = claims): Promise<ClaimsOffice> {
  made += 1;
  const tenant = `t-${made}`;
  await ensureHeads(pool, tenant, [flow]);
  await activateFlow(pool, tenant, flow);
  const { rows } = await pool.query<{ policy: string }>('select policy from heads where tenant = $1 and log = $2', [tenant, flow.name]);
  const policy = rows[0]?.policy ?? '';
  const logs = new Logs({ pool, tenant, flows: [flow], mailed: () => undefined });
  const policies = new Policies();
  return {
    tenant,
    async accept(...arrivals) {
      const answers = await logs.append(arrivals.map((arrival) => ({ flow, arrival })));
      return answers.map((answer) => {
        if ('result' in answer && answer.result === 'accepted') return answer;
        throw new Error(`Cannot go on as an event was not accepted: ${JSON.stringify(answer)}`);
      });
    },
    async decide({ position, subject: holder, caseId }, { outcome, rung = 'default', confidence = 1, ...more }) {
      const draft: DecisionDraft = {
        outcome,
        rung,
        confidence,
        score: null,
        reasons: [],
        result: {},
        provisional: false,
        rungs: [],
        ...more,
      };
      const key = { tenant, flow: flow.name, caseId: caseId ?? '', subject: holder ?? '' };
      const deps = { pool, notifier, flows: [flow], policies, announces: false };
      await recordEndings(deps, key, [{ position, ending: 'case', decision: { draft, policy } }]);
    },
    async follow() {
      for (let state = 'more'; state !== 'all'; ) ({ state } = await joinOutcomes(pool, { tenant, flow }));
    },
    close: () => logs.close(),
  };
}

/** The counters of a tenant, without those that are down to nothing, as lines. */
export async function cubeOf(pool: Pool, tenant: string): Promise<string[]> {
  const { rows } = await pool.query<{ line: string }>(
    `select concat_ws(' ', rung, policy, model, prompt, reviewer, outcome, bucket, truth, 'n', decisions, confidence_millionths, cost_usd_billionths) as line
     from quality where tenant = $1 and decisions <> 0`,
    [tenant],
  );
  return rows.map(({ line }) => line).sort();
}
