/**
 * `npm run trial:traces -- --collector PATH`: one doubtful payment's trace on the whole stack, its worker killed meanwhile, read back from a real collector's
 * file; then what tracing costs an ingress, in turns on one database: off, one in twenty, always.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { freePort } from '../../src/local/freePort.ts';
import type { Receipt } from '../../src/wire/receipt.ts';
import { eventually } from '../support/eventually.ts';
import { startIngressProcess } from '../support/ingressProcess.ts';
import { doubtfulPayment, ordinaryPayment } from '../support/payments.ts';
import { startOwnPostgres } from '../support/postgres.ts';
import { openService } from '../support/service.ts';
import { openSignedReceiver } from '../support/signedReceiver.ts';
import { startTestStack } from '../support/stack.ts';
import { runLoad } from './load.ts';

const { values } = parseArgs({
  options: { collector: { type: 'string' }, rounds: { type: 'string', default: '5' }, seconds: { type: 'string', default: '6' } },
});
if (values.collector === undefined) {
  console.error(
    '--collector names an OpenTelemetry collector with the receiver otlp and the exporter file: docs/scaling.md says how one is built',
  );
  process.exit(2);
}

interface SpanLine {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
}

const folder = await mkdtemp(join(tmpdir(), 'signalbox-traces-'));
const port = await freePort();
const file = join(folder, 'spans.jsonl');
await writeFile(
  join(folder, 'config.yaml'),
  `receivers: { otlp: { protocols: { http: { endpoint: '127.0.0.1:${port}' } } } }
exporters: { file: { path: ${file}, flush_interval: 100ms } }
service:
  telemetry: { metrics: { level: none }, logs: { level: error } }
  pipelines: { traces: { receivers: [otlp], exporters: [file] } }
`,
);
const collector = spawn(values.collector, ['--config', join(folder, 'config.yaml')], { stdio: ['ignore', 'inherit', 'inherit'] });
const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, OTEL_BSP_SCHEDULE_DELAY: '500' };

async function spansOf(trace: string): Promise<SpanLine[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const spans = lines.flatMap((line) =>
    (JSON.parse(line) as { resourceSpans: { scopeSpans: { spans: SpanLine[] }[] }[] }).resourceSpans.flatMap(({ scopeSpans }) =>
      scopeSpans.flatMap((scope) => scope.spans),
    ),
  );
  return spans.filter(({ traceId }) => traceId === trace);
}

function printTree(spans: readonly SpanLine[], parent = '', depth = 0): void {
  for (const span of spans.filter(({ parentSpanId = '' }) => parentSpanId === parent)) {
    console.log(`${'  '.repeat(depth)}${span.name}`);
    printTree(spans, span.spanId, depth + 1);
  }
}

const WANTED = [
  'POST /v1/events',
  'append',
  'signal fraud',
  'case fraud',
  'takeEvents',
  'openApproval',
  'wait for a person',
  'recordEndings',
  'act',
  'POST webhook',
];

async function oneTrace(): Promise<string[]> {
  const receiver = await openSignedReceiver();
  const stack = await startTestStack({ ...endpoint, SIGNALBOX_WEBHOOK_URL: receiver.url, SIGNALBOX_WEBHOOK_SECRET: receiver.secret });
  try {
    const service = openService(stack.url);
    const { receipt } = await service.post(doubtfulPayment({ id: 'traced', card: 'card-t' }));
    const trace = receipt.trace ?? '';
    const approval = await eventually(async () =>
      (await service.get<Receipt>(`/v1/events/${receipt.event}`)).links.approval?.split('/').at(-1),
    );
    // what a process has not sent yet goes with it
    await pause(1500);
    await stack.kill('worker');
    await service.giveVerdict(approval, 'approve', 'the trial says yes');
    const spans = await eventually(async () => {
      const found = await spansOf(trace);
      return WANTED.every((name) => found.some((span) => span.name === name)) ? found : null;
    }, 60_000).catch(() => spansOf(trace));
    printTree(spans);
    const made = new Set(spans.map(({ spanId }) => spanId));
    return [
      ...WANTED.filter((name) => !spans.some((span) => span.name === name)).map((name) => `no span ${name}`),
      ...spans
        .filter(({ parentSpanId = '' }) => parentSpanId !== '' && !made.has(parentSpanId))
        .map(({ name }) => `${name} hangs under no span`),
    ];
  } finally {
    await stack.stop();
    await receiver.close();
  }
}

async function costs(): Promise<void> {
  const postgres = await startOwnPostgres();
  const database = await postgres.empty();
  const env = { DATABASE_URL: database, TEMPORAL_ADDRESS: '127.0.0.1:1', SIGNALBOX_LOG_LEVEL: 'silent' };
  const variants = {
    off: await startIngressProcess(env),
    'one in twenty': await startIngressProcess({
      ...env,
      ...endpoint,
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.05',
    }),
    always: await startIngressProcess({ ...env, ...endpoint }),
  };
  const ratios: Record<string, number[]> = { 'one in twenty': [], always: [] };
  let sent = 0;
  const body = (): string => {
    sent += 1;
    return JSON.stringify(ordinaryPayment({ id: `t-${sent}`, card: `card-${sent}` }));
  };
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const rates: Record<string, number> = {};
    for (const [name, { url }] of Object.entries(variants)) {
      const { perSecond, statuses } = await runLoad({
        ...{ port: Number(new URL(url).port), path: '/v1/events', contentType: 'application/cloudevents+json' },
        ...{ connections: 64, durationMs: Number(values.seconds) * 1000, body },
      });
      if (Object.keys(statuses).some((status) => status !== '202')) console.log(`${name}: ${JSON.stringify(statuses)}`);
      rates[name] = perSecond;
      await pause(500);
    }
    for (const [name, list] of Object.entries(ratios)) list.push((rates[name] ?? 0) / (rates.off ?? 1));
  }
  const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;
  for (const [name, list] of Object.entries(ratios))
    console.log(
      `singles with tracing ${name}: ${median(list).toFixed(2)} of without (rounds ${list.map((ratio) => ratio.toFixed(2)).join(' ')})`,
    );
  for (const { stop } of Object.values(variants)) await stop();
  await postgres.stop();
}

const faults = await oneTrace();
await costs();
const ended = once(collector, 'exit');
collector.kill('SIGTERM');
await ended;
await rm(folder, { recursive: true, force: true });
console.log(faults.length === 0 ? 'the trace is whole' : faults.join('\n'));
process.exit(faults.length === 0 ? 0 : 1);
