/** What the terminal shows once everything runs: what is where, how it was found, something to try, how to stop. */
import type { Config } from '../settings/config.ts';
import type { StackFacts } from './stack.ts';

function withoutPassword(url: string): string {
  const shown = new URL(url);
  shown.password = '';
  return shown.href;
}

function example(url: string, auth: Config['SIGNALBOX_AUTH']): string {
  const data = { paymentId: 'p-1', cardId: 'c-1', terminalId: 't-1', amount: 24.5, currency: 'EUR' };
  const event = { specversion: '1.0', id: 'p-1', source: '/try', type: 'payment.attempted', data };
  return [
    `curl -sS ${url}/v1/events \\`,
    ...(auth === 'keys' ? [`  -H "authorization: Bearer $SIGNALBOX_KEY" \\`] : []),
    "  -H 'content-type: application/cloudevents+json' -H 'prefer: wait=5' \\",
    `  -d '${JSON.stringify(event)}'`,
  ].join('\n    ');
}

interface Shown {
  readonly auth: Config['SIGNALBOX_AUTH'];
  /** Where actions go; null where they go nowhere. */
  readonly webhook: string | null;
  /** Which one, and whether it answers. */
  readonly llm: string;
  readonly seconds: number;
}

export function startPage({ url, data, database, temporal, pids }: StackFacts, { auth, webhook, llm, seconds }: Shown): string {
  const rows: [string, string][] = [
    ['Console', `${url}/`],
    ['Events', `${url}/v1/events`],
    ['Reference', `${url}/docs`],
    ['Metrics', `${url}/metrics`],
    ['Temporal', `${temporal.address}, namespace ${temporal.namespace}: ${temporal.how}`],
    ['  Web UI', temporal.web ?? 'not known: set TEMPORAL_UI_URL'],
    ['Postgres', `${withoutPassword(database.url)}: ${database.how}`],
    [
      'Actions',
      webhook === null
        ? 'not sent, as no webhook is set: `npx signalbox receive` is a receiver to try with, and says the settings'
        : `sent to ${webhook}`,
    ],
    ['LLM', llm],
    [
      'Keys',
      auth === 'off'
        ? 'off: whoever reaches the port may do everything'
        : 'needed: export SIGNALBOX_KEY=$(npx signalbox keys create me --scopes admin)',
    ],
    ['Data', `${data} (logs/ has every line, run.json the addresses)`],
    [
      'Processes',
      Object.entries(pids)
        .map(([name, pid]) => `${name} ${pid}`)
        .join(', '),
    ],
  ];
  return [
    '',
    `  Signalbox is ready (${seconds.toFixed(1)} s)`,
    '',
    ...rows.map(([name, value]) => `  ${name.padEnd(10)}  ${value}`),
    '',
    '  Try a payment:',
    `    ${example(url, auth)}`,
    '',
    '  Ctrl-C stops everything. A start after that goes on where this one ended.',
    '',
  ].join('\n');
}
