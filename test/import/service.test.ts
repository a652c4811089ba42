/** What the README shows, on the real ingress with the real flow. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { audit } from '../../src/audit/audit.ts';
import { program } from '../../src/cli/program.ts';
import { ServiceClient } from '../../src/client/serviceClient.ts';
import { flows } from '../../src/flows/flows.ts';
import { startIngress, type TestIngress } from '../support/ingress.ts';
import { startPostgres } from '../support/postgres.ts';

const root = new URL('../..', import.meta.url).pathname;
const environment = { ...process.env };
let ingress: TestIngress;
let client: ServiceClient;
let folder: string;
let output: jest.SpiedFunction<typeof process.stdout.write>;

beforeAll(async () => {
  const postgres = await startPostgres();
  ingress = await startIngress({ database: await postgres.fresh(), flows });
  client = new ServiceClient(ingress.url, undefined);
});
afterAll(() => ingress.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-service-'));
  Object.assign(process.env, { SIGNALBOX_URL: ingress.url, SIGNALBOX_DATA: folder });
  output = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
});
afterEach(async () => {
  jest.restoreAllMocks();
  process.env = { ...environment };
  await rm(folder, { recursive: true, force: true });
});

/** Of the README, as a shell would part it. */
async function commandOf(verb: string): Promise<string[]> {
  const page = (await readFile(`${root}/README.md`, 'utf8')).replaceAll('\\\n', ' ');
  const line = page.split('\n').find((one) => one.startsWith(`npx signalbox ${verb} `)) ?? '';
  return [...line.replace('npx signalbox ', '').matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

const run = (words: readonly string[]): Promise<unknown> => program().parseAsync(['node', 'signalbox', ...words]);
const printed = (): string => String(output.mock.lastCall?.[0]);

describe('README.md', () => {
  it('README.md posts an event that is decided, and its repeat is known', async () => {
    const page = await readFile(`${root}/README.md`, 'utf8');
    const body = /-d '(\{[\s\S]*?\})'/.exec(page)?.[1] ?? '';
    const post = () =>
      client.call('/v1/events', { method: 'POST', contentType: 'application/cloudevents+json', body, headers: { prefer: 'wait=1' } });
    const first = await post();
    expect([200, 202]).toContain(first.status);
    expect(first.body).toMatchObject({ flow: 'fraud', subject: 'c-1', decision: { policy: expect.stringMatching(/^fraud@/) } });
    expect((await post()).body).toMatchObject({ ...(first.body as object), duplicate: true });
  });

  it('README.md sends a payment that a person is asked about', async () => {
    await run(await commandOf('events send'));
    const { items } = await client.ask<{ items: object[] }>('/v1/events?source=/shop&id=p-2');
    expect(items).toMatchObject([{ status: 'signalled', subject: 'c-1', decision: { outcome: 'review', provisional: true } }]);
  });

  it('README.md imports the rows of examples/transactions.csv', async () => {
    await run([...(await commandOf('import')), '--json']);
    expect(JSON.parse(printed())).toMatchObject({ rows: 12, events: 14, rejected: 0, statuses: { decided: 12, recorded: 2 } });
  });
});

describe('runImport()', () => {
  it('runImport() imports payments and their labels as history, and the audit adds up', async () => {
    const rows = Array.from(
      { length: 1200 },
      (_, n) => `${n},${n * 3600},${n % 9},${n % 13},${(n % 80) + 1.25},${n % 100 === 7 ? '1,2' : '0,0'}`,
    );
    const file = join(folder, 'payments.csv');
    await writeFile(
      file,
      ['TRANSACTION_ID,TX_TIME_SECONDS,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_FRAUD,TX_FRAUD_SCENARIO', ...rows].join('\n'),
    );
    const words = ['import', '--file', file, '--map', `${root}/examples/fraud-handbook.map.yaml`, '--as-history', '--json'];
    for (const repeats of [0, 1212]) {
      await run(words);
      expect(JSON.parse(printed())).toMatchObject({
        rows: 1200,
        events: 1212,
        rejected: 0,
        repeats,
        statuses: { decided: 1200, recorded: 12 },
      });
    }
    const found = await client.ask<{ items: { status: string; subject: string }[] }>('/v1/events?source=/fraud-handbook&id=tx-7');
    expect(found.items).toMatchObject([{ status: 'decided', subject: 'card-7' }]);
    expect(await audit(ingress.pool)).toMatchObject({ ok: true, findings: [] });
  });
});

describe('GET /v1/events', () => {
  it('GET /v1/events gives with after=end a cursor from which only later events come', async () => {
    const end = await client.ask<{ items: object[]; next: string; more: boolean }>('/v1/events?after=end');
    expect(end).toMatchObject({ items: [], more: false });
    const event = { specversion: '1.0', id: 'later', source: '/s', type: 'never.seen' };
    await client.ask('/v1/events', { method: 'POST', contentType: 'application/cloudevents+json', body: JSON.stringify(event) });
    const page = await client.ask<{ items: { id: string }[] }>(`/v1/events?after=${end.next}`);
    expect(page.items.map(({ id }) => id)).toEqual(['later']);
  });
});
