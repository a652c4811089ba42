/** Builds deploy/grafana/signalbox.json, the dashboard, by Grafana's own builders. `npm run dashboards` after a change here. */
import { writeFile } from 'node:fs/promises';
import {
  DashboardBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';

const RATE = '[$__rate_interval]';
// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's own way to name a variable
const SOURCE = { type: 'prometheus', uid: '${datasource}' };

/** The shared figures of the database are the same on every ingress: max, never sum. Each row: a title, then panels of title, unit and queries. */
const ROWS = [
  [
    'Accepting',
    ['Events a second, by flow', 'ops', [`sum by (flow) (rate(signalbox_events_accepted_total{flow=~"$flow"}${RATE}))`, '{{flow}}']],
    [
      'Events a second, by how they end at once',
      'ops',
      [`sum by (ending) (rate(signalbox_events_accepted_total{flow=~"$flow"}${RATE}))`, '{{ending}}'],
    ],
    ['Refused, by code', 'ops', [`sum by (code) (rate(signalbox_events_refused_total${RATE}))`, '{{code}}']],
    [
      'Requests a second, by route and status',
      'ops',
      [`sum by (route, status) (rate(signalbox_http_requests_total${RATE}))`, '{{route}} {{status}}'],
    ],
    [
      'Time of a request, by route',
      's',
      [`histogram_quantile(0.5, sum by (le, route) (rate(signalbox_http_request_seconds_bucket${RATE})))`, 'p50 {{route}}'],
      [`histogram_quantile(0.99, sum by (le, route) (rate(signalbox_http_request_seconds_bucket${RATE})))`, 'p99 {{route}}'],
    ],
    [
      'Time of a commit, by log',
      's',
      [`histogram_quantile(0.5, sum by (le, log) (rate(signalbox_batch_seconds_bucket${RATE})))`, 'p50 {{log}}'],
      [`histogram_quantile(0.99, sum by (le, log) (rate(signalbox_batch_seconds_bucket${RATE})))`, 'p99 {{log}}'],
    ],
    [
      'Events in a commit',
      'short',
      [`sum by (log) (rate(signalbox_batch_events_sum${RATE})) / sum by (log) (rate(signalbox_batch_events_count${RATE}))`, '{{log}}'],
    ],
    ['Events that wait for a commit', 'short', ['signalbox_append_waiting', '{{instance}}']],
  ],
  [
    'Webhooks and streams',
    [
      'Requests to webhooks, by what became of them',
      'ops',
      [`sum by (source, result) (rate(signalbox_webhook_requests_total${RATE}))`, '{{source}} {{result}}'],
    ],
    ['Messages that wait in brokers', 'short', ['max by (stream) (signalbox_broker_lag)', '{{stream}}']],
    [
      'Messages of streams a second, by what became of them',
      'ops',
      [`max by (stream, result) (deriv(signalbox_broker_messages${RATE}))`, '{{stream}} {{result}}'],
    ],
    [
      'Streams that fail or are paused',
      'short',
      ['max by (stream) (signalbox_broker_failing)', '{{stream}} fails'],
      ['max by (stream) (signalbox_broker_paused)', '{{stream}} is paused'],
    ],
  ],
  [
    'Cases',
    ['Events that wait for their cases', 'short', ['max(signalbox_backlog_events)', 'waiting']],
    ['Age of the oldest', 's', ['max(signalbox_backlog_oldest_seconds)', 'oldest']],
    ['Mail that cases did not take', 'ops', [`sum by (flow) (rate(signalbox_mail_refused_total{flow=~"$flow"}${RATE}))`, '{{flow}}']],
    [
      'Workflow tasks that failed',
      'ops',
      [`sum by (failure_reason) (rate(temporal_workflow_task_execution_failed_total${RATE}))`, '{{failure_reason}}'],
    ],
    [
      'Wait of activities for a worker, p95',
      's',
      [
        `histogram_quantile(0.95, sum by (le, task_queue) (rate(temporal_activity_schedule_to_start_latency_seconds_bucket${RATE})))`,
        '{{task_queue}}',
      ],
    ],
    [
      'Slots of workers in use',
      'short',
      ['sum by (worker_type, task_queue) (temporal_worker_task_slots_used)', '{{task_queue}} {{worker_type}}'],
    ],
    [
      'Time of a rung, p95',
      's',
      [
        `histogram_quantile(0.95, sum by (le, flow, rung) (rate(signalbox_rung_seconds_bucket{flow=~"$flow"}${RATE})))`,
        '{{flow}} {{rung}}',
      ],
    ],
    ['Watches that are overdue', 'short', ['max by (flow) (signalbox_watches_overdue{flow=~"$flow"})', '{{flow}}']],
    [
      'Behind with events of other flows',
      'short',
      ['max by (flow, log) (signalbox_adoption_behind{flow=~"$flow"})', '{{flow}} of {{log}}'],
    ],
  ],
  [
    'Actions',
    [
      'Tries a second, by how they went',
      'ops',
      [`sum by (receiver, state) (rate(signalbox_action_try_seconds_count{flow=~"$flow"}${RATE}))`, '{{receiver}} {{state}}'],
    ],
    [
      'Time of a try, p95, by receiver',
      's',
      [`histogram_quantile(0.95, sum by (le, receiver) (rate(signalbox_action_try_seconds_bucket{flow=~"$flow"}${RATE})))`, '{{receiver}}'],
    ],
    ['Still to be taken', 'short', ['max by (flow) (signalbox_actions_planned{flow=~"$flow"})', '{{flow}}']],
    ['Age of the oldest', 's', ['max by (flow) (signalbox_actions_oldest_seconds{flow=~"$flow"})', '{{flow}}']],
    ['Given up', 'short', ['max by (flow) (signalbox_actions_dead{flow=~"$flow"})', '{{flow}}']],
  ],
  [
    'Decisions',
    [
      'Decisions, by flow, rung and outcome',
      'short',
      ['max by (flow, rung, outcome) (signalbox_decisions{flow=~"$flow"})', '{{flow}} {{rung}} {{outcome}}'],
    ],
    ['Precision, by rung', 'percentunit', ['max by (flow, rung) (signalbox_decision_precision{flow=~"$flow"})', '{{flow}} {{rung}}']],
    ['Recall, by rung', 'percentunit', ['max by (flow, rung) (signalbox_decision_recall{flow=~"$flow"})', '{{flow}} {{rung}}']],
    ['Behind with outcomes', 'short', ['max by (flow) (signalbox_outcomes_behind{flow=~"$flow"})', '{{flow}}']],
    ['Labels without their event', 'short', ['max by (flow) (signalbox_labels_waiting{flow=~"$flow"})', '{{flow}}']],
    ['Bytes of memories', 'bytes', ['max by (flow) (signalbox_memory_bytes{flow=~"$flow"})', '{{flow}}']],
  ],
  [
    'LLM',
    [
      'Calls, by model and how they ended',
      'short',
      ['max by (flow, model, state) (signalbox_llm_calls_total{flow=~"$flow"})', '{{flow}} {{model}} {{state}}'],
    ],
    ['Cost in US dollars', 'currencyUSD', ['max by (flow, model) (signalbox_llm_cost_usd_total{flow=~"$flow"})', '{{flow}} {{model}}']],
    ['Tokens', 'short', ['max by (model, direction) (signalbox_llm_tokens_total{flow=~"$flow"})', '{{model}} {{direction}}']],
    ['Share of the budget in use', 'percentunit', ['max by (flow) (signalbox_llm_budget_share{flow=~"$flow"})', '{{flow}}']],
    ['Models left alone', 'short', ['max by (model) (signalbox_llm_breaker_open)', '{{model}}']],
  ],
  [
    'Processes',
    ['Bytes in memory', 'bytes', ['process_resident_memory_bytes', '{{job}} {{instance}}']],
    ['CPU', 'percentunit', [`rate(process_cpu_seconds_total${RATE})`, '{{job}} {{instance}}']],
    ['Lag of the event loop, p99', 's', ['nodejs_eventloop_lag_p99_seconds', '{{instance}}']],
    ['Figures that could not be read', 'ops', [`sum by (metric) (rate(signalbox_metrics_failed_total${RATE}))`, '{{metric}}']],
  ],
];

const letter = (at) => String.fromCharCode(65 + at);

function panel([title, unit, ...queries]) {
  const built = new PanelBuilder().title(title).unit(unit).datasource(SOURCE).span(8).height(8).min(0);
  for (const [at, [expr, legend]] of queries.entries())
    built.withTarget(new DataqueryBuilder().refId(letter(at)).datasource(SOURCE).expr(expr).legendFormat(legend));
  return built;
}

/** The dashboard as Grafana imports it, as text. */
export function dashboard() {
  const board = new DashboardBuilder('Signalbox')
    .uid('signalbox')
    .tags(['signalbox'])
    .refresh('30s')
    .time({ from: 'now-3h', to: 'now' })
    .timezone('browser')
    .withVariable(new DatasourceVariableBuilder('datasource').type('prometheus'))
    .withVariable(
      new QueryVariableBuilder('flow')
        .datasource(SOURCE)
        .query('label_values(signalbox_events_accepted_total, flow)')
        .refresh(VariableRefresh.OnTimeRangeChanged)
        .includeAll(true)
        .allValue('.*')
        .multi(true),
    );
  for (const [title, ...panels] of ROWS) {
    board.withRow(new RowBuilder(title));
    for (const one of panels) board.withPanel(panel(one));
  }
  return `${JSON.stringify(board.build(), null, 2)}\n`;
}

if (process.argv[2] !== undefined) await writeFile(process.argv[2], dashboard());
