/** The LLM, by one made-up question with and without look-ups: what it can do, how long it took and what it cost. */
import { flows } from '../../flows/flows.ts';
import { type Asked, checkServer, type ServerCheck } from '../../llm/checkServer.ts';
import { keepManner } from '../../llm/record/servers.ts';
import { LLM_ABSTENTIONS } from '../../llm/wire/abstentions.ts';
import type { Manner } from '../../llm/wire/manner.ts';
import { type LlmTarget, llmTarget, type Price } from '../../llm/wire/target.ts';
import type { WireFault } from '../../llm/wire/wireFault.ts';
import type { Pool } from '../../log/db/database.ts';
import type { LlmRung } from '../../policy/ladderPolicy.ts';
import { ladderOf } from '../../policy/ladderPolicy.ts';
import { parsePolicy } from '../../policy/policy.ts';
import type { Config } from '../../settings/config.ts';
import { type Finding, fail, guarded, ok, warn } from './finding.ts';

/** A model may have to be loaded first. */
const CALL_MS = 60_000;
const FREE: Price = { inputUsdPerMillion: 0, outputUsdPerMillion: 0 };

export async function lookAtLlm(config: Config, pool: Pool | null): Promise<readonly Finding[]> {
  const target = llmTarget(config);
  if (target === null)
    return [ok('LLM', 'none is set in this shell: its rung is skipped (OPENAI_BASE_URL or OPENAI_API_KEY, and SIGNALBOX_LLM_MODEL)')];
  return guarded('LLM', 'check OPENAI_BASE_URL', async () => {
    const check = await checkServer(target, { callMs: CALL_MS, price: target.price ?? shippedPrice() });
    // what it was found to take holds for the workers too
    if (pool !== null && check.answer.fault === null) await keepManner(pool, target, check.manner);
    return [...answered(target, check), ...(pool === null ? [] : await leftAlone(pool, target))];
  });
}

/** Of the first flow that asks one: policies that were activated may name others. */
function shippedPrice(): Price {
  const rungs = flows.flatMap((flow) => ladderOf(parsePolicy(flow, flow.policyText))?.rungs ?? []);
  return rungs.find((rung): rung is LlmRung => rung.rung === 'llm')?.price ?? FREE;
}

const spent = ({ ms, inputTokens, outputTokens, costUsd }: Asked): string =>
  `${(ms / 1000).toFixed(1)} s, ${inputTokens} and ${outputTokens} tokens, ${costUsd === 0 ? 'free' : `${costUsd.toFixed(6)} USD`}`;

const said = ({ code, said: word, sentence }: WireFault): string => [code, word, sentence].filter((part) => part !== null).join(': ');

const FORMS = {
  schema: 'keeps to a schema',
  object: 'takes a JSON object and no schema',
  text: 'takes no form: it is told in words',
} as const;

function answered({ model, baseUrl, price }: LlmTarget, { manner, models, answer, lookUp }: ServerCheck): Finding[] {
  const what = `${model} at ${baseUrl}`;
  if (answer.fault !== null) {
    const known = models === null || models.length === 0 || models.includes(model) ? '' : `; it has ${models.slice(0, 5).join(', ')}`;
    return [
      fail(
        'LLM',
        `${what} gave no answer, ${said(answer.fault)}${known}`,
        'look at OPENAI_BASE_URL, OPENAI_API_KEY, SIGNALBOX_LLM_MODEL, and at the server',
      ),
    ];
  }
  const { reading } = answer;
  const form = FORMS[manner.format];
  const first =
    reading?.kind === 'answer'
      ? ok('LLM', `${what} answers in ${spent(answer)}; ${form}`)
      : warn(
          'LLM',
          `${what} answered in ${spent(answer)}, and not what was asked: ${wrong(answer)}; ${form}`,
          'a larger model keeps to a form; see answerTokensMax where it was cut',
        );
  return [
    first,
    ...(lookUp === null ? [] : [lookedUp(lookUp)]),
    room(manner),
    ...(price === null && answer.costUsd > 0 ? [priced(baseUrl)] : []),
  ];
}

function wrong({ reading }: Asked): string {
  if (reading?.kind === 'off-schema') return reading.wrong;
  return reading?.kind === 'abstained' ? LLM_ABSTENTIONS[reading.code] : 'nothing';
}

function lookedUp(asked: Asked): Finding {
  if (asked.fault !== null)
    return ok('LLM look-ups', `the server takes no tools (${said(asked.fault)}): all is looked up before it is asked`);
  return asked.reading?.kind === 'tools'
    ? ok('LLM look-ups', `it calls tools, in ${spent(asked)}: a policy may leave look-ups to it (lookUps.turnsMax)`)
    : ok('LLM look-ups', `the server takes tools and the model called none, in ${spent(asked)}: leave lookUps.turnsMax out`);
}

const room = ({ contextTokens }: Manner): Finding =>
  contextTokens === null
    ? ok('LLM context', 'the server does not say how much fits in: SIGNALBOX_LLM_CONTEXT_TOKENS does')
    : ok('LLM context', `${contextTokens} tokens, question and answer together`);

const priced = (baseUrl: string): Finding =>
  ok('LLM price', `as policies say. If ${new URL(baseUrl).host} is a server of your own: SIGNALBOX_LLM_PRICE=0`);

async function leftAlone(pool: Pool, { model }: LlmTarget): Promise<Finding[]> {
  const { rows } = await pool.query<{ trouble: string | null; seconds: number }>(
    `select trouble, ceil(extract(epoch from greatest(open_until, paused_until) - now()))::int as seconds from llm_models
    where model = $1 and greatest(open_until, paused_until) > now()`,
    [model],
  );
  return rows.map(({ trouble, seconds }) =>
    warn(
      'LLM of cases',
      `the workers leave it alone for ${seconds} s more, as it failed: ${trouble ?? 'it did not say why'}`,
      'it is asked again by itself',
    ),
  );
}
