/** A whole stack with a fake LLM, a receiver of webhooks and a policy that answers nothing from the record: what the ladder's trials share. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { Decision } from '../../src/domain/decision.ts';
import { until } from '../../src/local/until.ts';
import type { Approval } from '../../src/wire/approval.ts';
import type { Receipt } from '../../src/wire/receipt.ts';
import { signalbox } from '../support/command.ts';
import { type FakeLlm, openFakeLlm, type Script } from '../support/fakeLlm.ts';
import { type Reply, says } from '../support/llmReplies.ts';
import { openService, type Service } from '../support/service.ts';
import { openSignedReceiver, type SignedReceiver } from '../support/signedReceiver.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { unsureCard } from '../support/unsurePayments.ts';

export interface Doubt {
  readonly card: string;
  readonly payment: object;
}

export interface KeptEvent extends Receipt {
  readonly decisions: readonly Decision[];
}

export interface Scene {
  readonly stack: TestStack;
  readonly service: Service;
  readonly llm: FakeLlm;
  readonly receiver: SignedReceiver;
  /** Requests about one event that the policy allows. */
  readonly callsMax: number;
  /** A card with its habit accepted, and the payment that is not posted yet. */
  doubt(data?: object): Promise<Doubt>;
  rows<Row extends object>(text: string, values?: unknown[]): Promise<Row[]>;
  /** The event once it is decided. */
  decided(event: string): Promise<KeptEvent>;
  /** What a person is asked about the event. */
  asked(event: string): Promise<Approval>;
  askedOrDecided(event: string): Promise<KeptEvent>;
  /** The model is trusted again, whatever it did before. */
  forgive(): Promise<void>;
  close(): Promise<void>;
}

const BATCH = 'application/cloudevents-batch+json';
const WAIT_MS = 120_000;
const CALL_SECONDS = 2;

export const sure = (outcome: string): Reply =>
  says({ outcome, confidence: 0.97, reasons: [{ fact: 'amount', text: 'as the amount says' }] });

/** `before` holds an action's answer back. */
export async function openScene(script: Script, before: () => Promise<void>): Promise<Scene> {
  const answer = (): Promise<number> => before().then(() => 204);
  const [llm, receiver] = await Promise.all([openFakeLlm(script), openSignedReceiver(answer)]);
  const environment = {
    ...{ OPENAI_BASE_URL: llm.url, SIGNALBOX_LLM_MODEL: 'fake', SIGNALBOX_LLM_REQUESTS_AT_ONCE: '50' },
    ...{ SIGNALBOX_WEBHOOK_URL: receiver.url, SIGNALBOX_WEBHOOK_SECRET: receiver.secret, SIGNALBOX_LOG_LEVEL: 'warn' },
  };
  const stack = await startTestStack(environment);
  const service = openService(stack.url);
  const callsMax = await choosePolicy(stack);
  const client = new pg.Pool({ connectionString: (await stack.run()).database ?? '', max: 2 });
  client.on('error', () => undefined);
  const run = Date.now().toString(36);
  let made = 0;

  async function eventually<T>(look: () => Promise<T | null>): Promise<T> {
    let found: T | null = null;
    await until(async () => {
      found = await look().catch(() => null);
      return found !== null;
    }, AbortSignal.timeout(WAIT_MS));
    return found as T;
  }

  const event = (id: string) => service.get<KeptEvent>(`/v1/events/${id}`);
  return {
    ...{ stack, service, llm, receiver, callsMax },
    async doubt(data = {}) {
      made += 1;
      const { card, habit, payment } = unsureCard(`${run}-${made}`, { data });
      const response = await fetch(`${stack.url}/v1/events`, {
        method: 'POST',
        headers: { 'content-type': BATCH },
        body: JSON.stringify(habit),
      });
      if (!response.ok) throw new Error(`the habit of ${card} was answered ${response.status}`);
      return { card, payment };
    },
    rows: async <Row extends object>(text: string, values: unknown[] = []) => (await client.query<Row>(text, values)).rows,
    decided: (id) =>
      eventually(async () => {
        const kept = await event(id);
        return kept.status === 'decided' ? kept : null;
      }),
    asked: (id) =>
      eventually(async () => {
        const { approval } = (await event(id)).links;
        return approval === undefined ? null : await service.get<Approval>(approval);
      }),
    askedOrDecided: (id) =>
      eventually(async () => {
        const kept = await event(id);
        return kept.status === 'decided' || kept.links.approval !== undefined ? kept : null;
      }),
    forgive: async () => {
      await client.query('update llm_models set failures = 0, open_until = null, openings = 0, paused_until = null, probe_until = null');
    },
    async close() {
      await client.end();
      await stack.stop();
      await receiver.close();
      await llm.close();
    },
  };
}

/** The shipped policy, but that the LLM decides, equal questions are asked each time and a request has two seconds. */
async function choosePolicy(stack: TestStack): Promise<number> {
  const environment = { SIGNALBOX_DATA: stack.data };
  const shown = await signalbox(['policy', 'show', 'fraud'], environment);
  const text = shown.output
    .replace(/decides: false/, 'decides: true')
    .replace(/reuseSeconds: \d+/, 'reuseSeconds: 0')
    .replace(/callSeconds: \d+/, `callSeconds: ${CALL_SECONDS}`);
  const file = join(stack.data, 'trial-policy.yaml');
  await writeFile(file, text);
  const activated = await signalbox(['policy', 'activate', file, '--flow', 'fraud'], environment);
  if (activated.code !== 0) throw new Error(`the policy was not activated: ${activated.output}${activated.errors}`);
  return Number(/callsMax: (\d+)/.exec(text)?.[1]);
}
