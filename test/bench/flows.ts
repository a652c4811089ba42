/**
 * `npm run trial:flows`: what each flow costs, with the demo's made-up businesses: events a second alone, and of all five at once, as ratios to fraud
 * alone in the same round; bytes of state a subject. The machine is shared: each ratio is the median of the rounds'.
 *
 * Not shown here: cases. Their ceiling is Temporal's, so the businesses open one a second.
 */
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import type { Business } from '../../src/demo/business.ts';
import { makeBusinesses } from '../../src/demo/businesses.ts';
import { signalbox } from '../support/command.ts';
import { startTestStack } from '../support/stack.ts';
import { runLoad } from './load.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '3' }, seconds: { type: 'string', default: '4' } } });
const BATCH = 100;
const CONNECTIONS = 4;
const LOAD = { perSecond: 2000, casesPerSecond: 1 };

const run = randomUUID().slice(0, 8);
let made = 0;

function batchOf(business: Business): string {
  const events = Array.from({ length: BATCH }, () => {
    made += 1;
    const { type, data, atMs } = business.next(Date.now(), LOAD);
    return { specversion: '1.0', id: `${run}-${made}`, source: '/bench', type, time: new Date(atMs).toISOString(), data };
  });
  return JSON.stringify(events);
}

const stack = await startTestStack();
const port = Number(new URL(stack.url).port);

async function rateOf(business: Business, connections: number): Promise<number> {
  const load = { path: '/v1/events', contentType: 'application/cloudevents-batch+json', durationMs: 1000 * Number(values.seconds) };
  const { perSecond, statuses } = await runLoad({ ...load, port, connections, body: () => batchOf(business) });
  if (Object.keys(statuses).join() !== '202') throw new Error(`${business.flow}: answers other than 202: ${JSON.stringify(statuses)}`);
  return BATCH * perSecond;
}

const median = (figures: readonly number[]): number => [...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN;

try {
  const businesses = makeBusinesses(1);
  const alone = new Map(businesses.map(({ flow }) => [flow, [] as number[]]));
  const mixed: number[] = [];
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const business of businesses) alone.get(business.flow)?.push(await rateOf(business, CONNECTIONS));
    const all = await Promise.all(businesses.map((business) => rateOf(business, 1)));
    mixed.push(all.reduce((sum, rate) => sum + rate, 0));
  }
  const fraud = alone.get('fraud') ?? [];
  const line = (name: string, rates: readonly number[]): void =>
    console.log(
      `${name.padEnd(24)} ${median(rates).toFixed(0).padStart(7)} events/s, ${median(rates.map((rate, at) => rate / (fraud[at] ?? Number.NaN))).toFixed(2)} of fraud`,
    );
  for (const [flow, rates] of alone) line(`${flow} alone`, rates);
  line('all five at once', mixed);
  const client = new Client({ connectionString: (await stack.run()).database ?? '' });
  await client.connect();
  const { rows } = await client.query<{ log: string; kind: string; keys: number; mean: number; most: number }>(
    `select log, split_part(key, ':', 1) as kind, count(*)::int as keys, avg(octet_length(value))::float8 as mean, max(octet_length(value)) as most
     from states where log <> 'unrouted' group by 1, 2 order by 1, 2`,
  );
  for (const { log, kind, keys, mean, most } of rows)
    console.log(`${log.padEnd(16)} ${`${keys}`.padStart(7)} ${kind} of ${mean.toFixed(0)} bytes, at most ${most}`);
  await client.end();
  const { code, output } = await signalbox(['audit'], { SIGNALBOX_DATA: stack.data });
  console.log(output.trim());
  process.exitCode = code;
} finally {
  await stack.stop();
}
