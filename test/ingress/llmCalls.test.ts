/** Hunts a decision that says what it cost, and nobody who can say for what. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { parseId } from '../../src/domain/ids.ts';
import { createCallLlm } from '../../src/llm/callLlm.ts';
import { decisionDetail } from '../../src/wire/decision.ts';
import { type FakeLlm, openFakeLlm } from '../support/fakeLlm.ts';
import { ledger } from '../support/flows.ts';
import { ask, eventOf, post } from '../support/http.ts';
import { startIngress, type TestIngress } from '../support/ingress.ts';
import { answers, says } from '../support/llmReplies.ts';
import { llmTargetAt } from '../support/llmTarget.ts';
import { aCall, SURE } from '../support/llmWorld.ts';
import { startPostgres } from '../support/postgres.ts';

let ingress: TestIngress;
let fake: FakeLlm;

beforeAll(async () => {
  ingress = await startIngress({ database: await (await startPostgres()).fresh(), flows: [ledger] });
  fake = await openFakeLlm([
    answers(502, { body: { error: { message: 'Bad upstream' } } }),
    says(SURE, { requestId: 'req_7' }),
    says(SURE),
  ]);
});
afterAll(async () => {
  expect(ingress.errors).toEqual([]);
  await ingress.close();
  await fake.close();
});

it('GET /v1/decisions/{decision} shows the calls to LLMs about its event, and none about another', async () => {
  const book = async (id: string) =>
    (await post(ingress.url, eventOf({ id, source: '/bank', type: 'amount.booked', data: { account: 'a', amount: 500 } }))).json;
  const [booked, other] = [await book('b-1'), await book('b-2')];
  const llm = llmTargetAt(fake.url, { model: 'fake-1' });
  const call = createCallLlm({ pool: ingress.pool, logger: pino({ level: 'silent' }), llm });
  const about = (event: string) => ({ flow: 'ledger', eventPosition: parseId('evt', event)?.position ?? 0, step: 'turn 0' });
  await expect(call(aCall(about(booked.event)))).rejects.toMatchObject({ code: 'llm-away' });
  await call(aCall(about(booked.event)));
  await call(aCall(about(other.event)));
  const { json } = await ask(`${ingress.url}${booked.links.decision}`);
  expect(decisionDetail.parse(json).llmCalls).toEqual(json.llmCalls);
  expect(json.llmCalls).toMatchObject([
    { step: 'turn 0', state: 'failed', code: 'http-502', note: 'Bad upstream', costUsd: 0, requestId: null },
    {
      state: 'answered',
      code: null,
      model: 'fake-1',
      prompt: 'review@1',
      inputTokens: 100,
      outputTokens: 20,
      requestId: 'req_7',
      reused: null,
    },
  ]);
  expect(JSON.stringify(json.llmCalls)).not.toContain('reasons');
});
