/** Alerts and the dashboard as code. The bugs this hunts: a rule about a metric that nothing shows, one that cannot fire, one that nobody knows what to do about. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parser } from '@prometheus-io/lezer-promql';
import { parse } from 'yaml';
// @ts-expect-error: a script, which has no types
import { dashboard } from '../../scripts/dashboards.mjs';
import { shownMetrics } from '../support/shownMetrics.ts';

const rulesFile = 'deploy/prometheus/rules.yml';
interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly runbook: string };
}
const rules = (parse(readFileSync(rulesFile, 'utf8')) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);
const board = JSON.parse(dashboard() as string) as { panels: { title: string; gridPos: Box; targets?: { expr: string }[] }[] };
interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}
const queries = board.panels.flatMap(({ targets = [] }) =>
  targets.map(({ expr }) => expr.replaceAll('$__rate_interval', '5m').replaceAll('$flow', '.*')),
);

/** The names of metrics in a query, without what makes a histogram's or summary's series of them. */
function metricsOf(query: string): string[] {
  const names: string[] = [];
  parser.parse(query).iterate({
    enter: ({ name, from, to }) => {
      if (name === 'Identifier' && !query.slice(from, to).startsWith('__')) names.push(query.slice(from, to));
      if (name === '⚠') throw new Error(`cannot be read: ${query}`);
    },
  });
  return names;
}

const promtool = spawnSync('promtool', ['--version']).status === 0;
if (!promtool) process.stderr.write('promtool is not there (Debian has it in prometheus): rules are not run against their made series\n');

describe('deploy/prometheus/rules.yml', () => {
  it('names metrics that are shown, and so does the dashboard', () => {
    const shown = shownMetrics();
    const named = [...rules.map(({ expr }) => expr), ...queries].flatMap(metricsOf);
    expect(named.length).toBeGreaterThan(60);
    expect([...new Set(named)].filter((name) => !shown.has(name) && !shown.has(name.replace(/_(bucket|count|sum)$/, '')))).toEqual([]);
  });

  it('has a line in the runbook for each alert that ends in a command, and no line more', () => {
    const sections = readFileSync('docs/runbook.md', 'utf8').split('\n## ').slice(1);
    expect(sections.map((section) => section.split('\n')[0])).toEqual(rules.map(({ alert }) => alert));
    for (const section of sections) expect(section.trim()).toMatch(/: `(signalbox|curl) [^`]+`$/);
    for (const { alert, annotations } of rules) expect(annotations.runbook).toBe(`docs/runbook.md#${alert.toLowerCase()}`);
  });

  (promtool ? it : it.skip)('fires on the series that are made for it, and is calm on others', () => {
    const made = parse(readFileSync('deploy/prometheus/rules_test.yml', 'utf8')) as {
      tests: { alert_rule_test: { alertname: string; exp_alerts: object[] }[] }[];
    };
    const cases = made.tests.flatMap(({ alert_rule_test }) => alert_rule_test);
    const tested = (fires: boolean) =>
      new Set(cases.filter(({ exp_alerts }) => exp_alerts.length > 0 === fires).map(({ alertname }) => alertname));
    const all = new Set(rules.map(({ alert }) => alert));
    expect([tested(true), tested(false)]).toEqual([all, all]);
    const run = spawnSync('promtool', ['test', 'rules', 'deploy/prometheus/rules_test.yml'], { encoding: 'utf8' });
    expect({ status: run.status, said: run.status === 0 ? '' : run.stdout + run.stderr }).toEqual({ status: 0, said: '' });
  });
});

describe('deploy/observability', () => {
  const text = readFileSync('deploy/observability/prometheus.yml', 'utf8');

  it('scrapes the jobs that the rules name, at ports that the compose file shows', () => {
    const jobs = (parse(text) as { scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[] }).scrape_configs;
    const named = new Set(rules.flatMap(({ expr }) => [...expr.matchAll(/job="([^"]+)"/g)].map(([, job = '']) => job)));
    expect(new Set(jobs.map(({ job_name }) => job_name))).toEqual(named);
    expect(jobs.flatMap(({ static_configs }) => static_configs.flatMap(({ targets }) => targets))).toEqual(['ingress:8080', 'worker:9464']);
    expect(readFileSync('docker-compose.temporal.yml', 'utf8')).toContain('SIGNALBOX_WORKER_METRICS: 0.0.0.0:9464');
  });

  (promtool ? it : it.skip)('is what Prometheus reads', () => {
    const run = spawnSync('promtool', ['check', 'config', '--syntax-only', 'deploy/observability/prometheus.yml'], { encoding: 'utf8' });
    expect({ status: run.status, said: run.status === 0 ? '' : run.stdout + run.stderr }).toEqual({ status: 0, said: '' });
  });
});

describe('deploy/grafana/signalbox.json', () => {
  it('is what its script makes', () => {
    expect(JSON.parse(readFileSync('deploy/grafana/signalbox.json', 'utf8'))).toEqual(board);
  });

  it('has panels that do not lie on one another', () => {
    const boxes = board.panels.map(({ gridPos }) => gridPos);
    const overlap = (a: Box, b: Box): boolean => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
    for (const [at, box] of boxes.entries()) expect(boxes.slice(at + 1).filter((other) => overlap(box, other))).toEqual([]);
  });
});
