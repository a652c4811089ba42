/**
 * Plants what must not get about in every place where a stranger can write, runs the whole service over it, and looks for it in all
 * that the service says and that others keep: logs, histories, attributes, metrics, refusals, timelines. Only the log itself has it.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import type { Logger } from 'pino';
import { openOutbound } from '../../src/actions/outbound.ts';
import { APPROVAL_DECIDED, CASE_STATUS } from '../../src/domain/temporalNames.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { createLogger } from '../../src/run/logger.ts';
import { type Ingress, openIngress } from '../../src/run/openIngress.ts';
import { openWorker, type RunningWorker } from '../../src/run/worker.ts';
import { readConfig } from '../../src/settings/config.ts';
import { LOOPBACK_TARGETS } from '../../src/settings/outboundTarget.ts';
import type { Receipt } from '../../src/wire/receipt.ts';
import { eventually } from '../support/eventually.ts';
import { orders } from '../support/flows.ts';
import { type Answer, ask, BATCH, post } from '../support/http.ts';
import { startPostgres } from '../support/postgres.ts';
import { quietRuntime } from '../support/quietRuntime.ts';
import { startTemporal } from '../support/temporal.ts';
import { workflowBundle } from '../support/workflowBundle.ts';

const CARD = '4242 4242 4242 4242';
const MAIL = 'canary.person@example.org';
const KEY = 'sk-canary0123456789abcdef';
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJlLWNhbmFyeQ';
const ALL = `${CARD} ${MAIL} ${KEY} ${JWT}`;
/** No shape tells that it is one: the marks of the fields alone keep it back. */
const PERSON = 'Zebulon Quux';
/** What a look for them goes by: however they are parted, and half of them too. */
const CANARIES = [
  CARD,
  CARD.replaceAll(' ', ''),
  '4242 4242',
  MAIL,
  'canary.person',
  KEY,
  'canary0123456789',
  JWT,
  'c2lnbmF0dXJlLWNhbmFyeQ',
  PERSON,
];
const BY_HAND = 'by-hand';

const found = (text: string): string[] => CANARIES.filter((canary) => text.includes(canary) || text.includes(encodeURIComponent(canary)));

function order(id: string, data: object = {}): Record<string, unknown> {
  return {
    ...{ specversion: '1.0', id, source: '/shop', type: 'order.placed', subject: MAIL, tracking: ALL, apikey: KEY },
    data: {
      ...{ paymentId: `p-${id}`, cardId: 'token-1', amount: 12.5, currency: 'EUR', note: `please ${ALL}` },
      ...{ customer: PERSON, email: MAIL, apiKey: KEY, undeclared: { deep: [CARD, { jwt: JWT }] }, [MAIL]: CARD },
      ...data,
    },
  };
}

/** Everything in it as text: payloads and other bytes as what they hold. */
function readable(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? String(value) : value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, readable(item)]));
}

describe('canaries', () => {
  const releases: (() => unknown)[] = [];
  const lines: string[] = [];
  const refused: Answer[] = [];
  let pool: Pool;
  let client: Client;
  let ingress: Ingress;
  let worker: RunningWorker;
  let receiver: Server;
  let received = 0;

  beforeAll(async () => {
    const logger: Logger = createLogger('canaries', { SIGNALBOX_LOG_LEVEL: 'debug' }, { write: (line: string) => void lines.push(line) });
    quietRuntime(logger);
    const [postgres, temporal, bundle] = await Promise.all([startPostgres(), startTemporal(), workflowBundle()]);
    const [databaseUrl, namespace] = await Promise.all([postgres.fresh(), temporal.namespace()]);
    receiver = createServer((request, response) => {
      received += 1;
      request.resume();
      response.writeHead(received === 1 ? 500 : 410, `${KEY} said no`, { 'x-canary': JWT }).end(ALL);
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    releases.push(() => receiver.close());
    pool = openDatabase(databaseUrl, { name: 'test' });
    releases.push(() => pool.end());
    const connection = await Connection.connect({ address: temporal.address });
    releases.push(() => connection.close());
    client = new Client({ connection, namespace, identity: BY_HAND });
    const environment = { PORT: '0', SIGNALBOX_LOG_LEVEL: 'debug', DATABASE_URL: databaseUrl };
    const config = readConfig({ ...environment, TEMPORAL_ADDRESS: temporal.address, TEMPORAL_NAMESPACE: namespace });
    const settings = { ...config, DATABASE_URL: databaseUrl, TEMPORAL_ADDRESS: temporal.address };
    ingress = await openIngress({ config: settings, flows: [orders], logger });
    releases.push(() => ingress.close());
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/${JWT}`;
    const webhook = {
      url,
      secret: `whsec_${Buffer.from('a secret of the test').toString('base64')}`,
      outbound: openOutbound(LOOPBACK_TARGETS),
    };
    worker = openWorker({
      ...{ flows: [orders], databaseUrl, temporal: { address: temporal.address, namespace }, auth: 'off', webhook, logger },
      ...{ workflowBundle: bundle, actionScheduleMs: [0, 20, 20] },
    });
    await worker.started;
    releases.push(() => worker.close());
  });
  afterAll(async () => {
    for (const release of releases.reverse()) await release();
  });

  const accepted = async (event: object): Promise<Receipt> => {
    const { status, json } = await post(ingress.url, event);
    expect(status).toBe(202);
    return json;
  };
  const get = (path: string): Promise<Answer> => ask(`${ingress.url}${path}`);
  const approvalOf = (event: string): Promise<string> =>
    eventually(async () => ((await get(`/v1/events/${event}`)).json as Receipt).links.approval?.split('/').at(-1));
  const giveVerdict = (approval: string, body: object): Promise<Answer> =>
    ask(`${ingress.url}/v1/approvals/${approval}/verdict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const decided = (event: string) => eventually(async () => ((await get(`/v1/events/${event}`)).json as Receipt).status === 'decided');
  const ended = (id: string) => client.workflow.getHandle(id).result();

  it('lets an order run to its end, and keeps it whole', async () => {
    const event = order('one');
    const receipt = await accepted(event);
    const caseId = String(receipt.workflow?.id);
    expect(caseId).toMatch(/^orders:[0-9a-f]{32}$/);
    const approval = await approvalOf(receipt.event);
    await client.workflow
      .getHandle(caseId)
      .signal(APPROVAL_DECIDED, { approval, verdict: 'approve', actor: 'ann', reason: `asked ${ALL}` });
    await decided(receipt.event);
    await ended(caseId);
    expect(received).toBe(2);
    const { json: stored } = await get(`/v1/events/${receipt.event}`);
    expect(stored.cloudevent).toEqual(event);
    expect(stored.workflow).toMatchObject({ id: caseId, run: expect.any(String) });
    const { json: timeline } = await get(`/v1/flows/orders/subjects/${encodeURIComponent(PERSON)}`);
    expect(timeline.workflow).toMatchObject({ id: caseId, run: expect.any(String) });
    const kinds = timeline.items.map(({ kind }: { kind: string }) => kind);
    expect(kinds).toEqual(['event', 'decision', 'approval', 'verdict', 'decision', 'rung', 'action']);
  });

  it('takes verdicts over HTTP, and says who won', async () => {
    const receipt = await accepted(order(`two-${MAIL}`, { note: `again ${ALL}` }));
    const approval = await approvalOf(receipt.event);
    expect((await giveVerdict(approval, { verdict: 'reject', reason: `no ${ALL}` })).status).toBe(200);
    const lost = await giveVerdict(approval, { verdict: 'approve', reason: `yes ${ALL}` });
    expect(lost.status).toBe(409);
    refused.push(lost, await giveVerdict(approval, { verdict: 'perhaps', reason: ALL, [MAIL]: CARD }));
    await decided(receipt.event);
    await ended(String(receipt.workflow?.id));
    refused.push(await post(ingress.url, order(`two-${MAIL}`, { note: 'other' })));
    expect(refused.map(({ status }) => status)).toEqual([409, 422, 409]);
  });

  it('quarantines an event whose reflex says what it was given', async () => {
    const receipt = await accepted(order('three', { note: `throw ${ALL}` }));
    expect(receipt.status).toBe('quarantined');
    const { json } = await get('/v1/quarantine');
    expect(json.items[0].reason).toMatch(/^reflex: Error: cannot fold /);
    refused.push(await ask(`${ingress.url}/v1/quarantine/${receipt.event}/redrive`, { method: 'POST' }));
    expect(refused.at(-1)?.status).toBe(422);
  });

  it('refuses what cannot be accepted', async () => {
    const sent = [
      await post(ingress.url, order('four', { amount: CARD, customer: { name: PERSON } })),
      await post(ingress.url, { ...order('five'), [MAIL]: KEY, time: CARD }),
      await post(ingress.url, `{"id": "${MAIL}", ${JWT}`),
      await post(ingress.url, { ...order('six'), data: ALL }),
      await ask(`${ingress.url}/v1/events`, {
        method: 'POST',
        headers: { 'content-type': BATCH },
        body: JSON.stringify([order('seven', { amount: KEY }), { ...order('eight'), source: `no ${ALL}` }]),
      }),
      await get(`/v1/decisions?${encodeURIComponent(MAIL)}=${KEY}&limit=${JWT}`),
      await get(`/v1/nothing/${encodeURIComponent(MAIL)}/${encodeURIComponent(CARD)}/${KEY}`),
      await get(`/v1/events/evt_orders.1.${JWT}`),
      await ask(`${ingress.url}/v1/flows`, { method: 'DELETE', headers: { authorization: `Bearer ${KEY}` } }),
    ];
    expect(sent.map(({ status }) => status)).toEqual([422, 400, 400, 422, 422, 400, 404, 404, 405]);
    refused.push(...sent);
  });

  it('no refusal holds one', () => {
    expect(refused.length).toBeGreaterThan(10);
    for (const { text } of refused) expect([text, found(text)]).toEqual([text, []]);
  });

  it('no history, attribute, memo, summary or status of any case holds one', async () => {
    const texts: string[] = [];
    let typed = 0;
    for await (const { workflowId, runId, memo } of client.workflow.list()) {
      const handle = client.workflow.getHandle(workflowId, runId);
      const { events = [] } = await handle.fetchHistory();
      // what a person types into Temporal itself is there before we see it
      const byHand = events?.filter((event) => event.workflowExecutionSignaledEventAttributes?.identity === BY_HAND) ?? [];
      typed += byHand.filter((event) => found(JSON.stringify(readable(event))).length > 0).length;
      const others = events?.filter((event) => !byHand.includes(event)) ?? [];
      texts.push(...others.map((event) => JSON.stringify(readable(event))));
      texts.push(JSON.stringify([workflowId, memo, readable((await handle.describe()).raw), await handle.query(CASE_STATUS)]));
    }
    expect(typed).toBe(1);
    expect(texts.length).toBeGreaterThan(40);
    expect(texts.some((text) => text.includes('p-one'))).toBe(true);
    expect(texts.map((text) => [text, found(text)]).filter(([, canaries]) => canaries?.length !== 0)).toEqual([]);
  });

  it('no log line holds one', () => {
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.some((line) => line.includes('the receiver answered 500'))).toBe(true);
    expect(lines.filter((line) => found(line).length > 0)).toEqual([]);
  });

  it('no metric holds one', async () => {
    const { text } = await get('/metrics');
    expect(text).toContain('signalbox_events_accepted_total{flow="orders",ending="quarantined"} 1');
    expect(found(text)).toEqual([]);
  });

  it('no record, note or reason holds one', async () => {
    const rows = [
      ...(await pool.query('select title, detail from records')).rows,
      ...(await pool.query("select note from entries where kind = 'event' and note is not null")).rows,
      ...(await pool.query('select state, last_error from actions')).rows,
      ...(await pool.query('select reason from approvals')).rows,
    ].map((row) => JSON.stringify(row));
    expect(rows.length).toBeGreaterThan(8);
    expect(rows.filter((row) => found(row).length > 0)).toEqual([]);
  });
});
