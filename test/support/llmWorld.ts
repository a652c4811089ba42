/** A real database, a fake LLM and callers of it, as the workers of one installation are: each with connections of its own. */
import { pino } from 'pino';
import { z } from 'zod';
import { failing } from '../../src/activities/asFailure.ts';
import { createCallLlm } from '../../src/llm/callLlm.ts';
import type { LlmCall, LlmSaid } from '../../src/llm/llmCall.ts';
import type { LlmTarget } from '../../src/llm/wire/target.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import type { LlmRung } from '../../src/policy/ladderPolicy.ts';
import { type FakeLlm, openFakeLlm, type Script } from './fakeLlm.ts';
import { llmTargetAt } from './llmTarget.ts';
import { startPostgres } from './postgres.ts';

export const MODEL = 'fake-1';

export const ANSWER = z.strictObject({
  outcome: z.enum(['approve', 'decline']),
  confidence: z.number().min(0).max(1),
  reasons: z.array(z.strictObject({ fact: z.enum(['score', 'amount']), text: z.string().min(1).max(300) })).max(5),
});

export const SURE = { outcome: 'decline', confidence: 0.9, reasons: [{ fact: 'score', text: 'high' }] };

export const TERMS: LlmRung = {
  rung: 'llm',
  prompt: 'review',
  decides: true,
  record: { judgedMin: 200, precisionMin: 0.9 },
  outcomes: ['approve', 'decline'],
  decideFrom: 0.8,
  limits: [],
  afterRules: 'advise',
  strangersCharsMax: 64,
  deadlineSeconds: 120,
  callSeconds: 5,
  callsMax: 6,
  promptTokensMax: 8000,
  answerTokensMax: 500,
  reuseSeconds: 0,
  price: { inputUsdPerMillion: 1, outputUsdPerMillion: 4 },
  budget: { windowSeconds: 86_400, usdMax: 100, tokensMax: 1e9, tight: { fromShare: 0.8, decideFrom: 0.95 } },
};

export interface LlmWorld {
  readonly pool: Pool;
  readonly databaseUrl: string;
  readonly fake: FakeLlm;
  /** Lines that were logged. */
  readonly logged: string[];
  readonly call: (call: LlmCall) => Promise<LlmSaid>;
  /** Another worker; both fail as an activity does. */
  caller(target?: Partial<LlmTarget>, now?: () => number): (call: LlmCall) => Promise<LlmSaid>;
  rows<Row extends object>(text: string, values?: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

let asked = 0;

export const asking = (question: string) => ({ system: 'You judge.', question });

/** A question about an event of its own, unless told. */
export function aCall({ terms, ...given }: Partial<Omit<LlmCall, 'terms'>> & { terms?: Partial<LlmRung> } = {}): LlmCall {
  asked += 1;
  return {
    ...{ tenant: 'default', flow: 'fraud', eventPosition: asked, subject: `card-${asked}`, step: 'answer', promptVersion: 'review@1' },
    ...{ words: asking(`Question ${asked}`), answer: ANSWER, tools: [], untilMs: 0, value: 0 },
    signal: new AbortController().signal,
    ...given,
    terms: { ...TERMS, ...terms },
  };
}

export async function openLlmWorld(script: Script, target: Partial<LlmTarget> = {}): Promise<LlmWorld> {
  const postgres = await startPostgres();
  const databaseUrl = await postgres.fresh();
  const fake = await openFakeLlm(script, typeof target.apiKey === 'string' ? { apiKey: target.apiKey } : {});
  const pools: Pool[] = [];
  const open = (): Pool => {
    const pool = openDatabase(databaseUrl, { name: 'test' });
    pools.push(pool);
    return pool;
  };
  const logged: string[] = [];
  const logger = pino({ level: 'debug' }, { write: (line) => void logged.push(line) });
  const pool = open();
  const base = llmTargetAt(fake.url, { model: MODEL, ...target });
  const caller: LlmWorld['caller'] = (other = {}, now) =>
    failing(createCallLlm({ pool: open(), logger, llm: { ...base, ...other }, ...(now === undefined ? {} : { now }) }));
  return {
    ...{ pool, databaseUrl, fake, logged, caller },
    call: caller(),
    rows: async <Row extends object>(text: string, values: unknown[] = []) => (await pool.query<Row>(text, values)).rows,
    async close() {
      for (const one of pools) await one.end();
      await fake.close();
    },
  };
}
