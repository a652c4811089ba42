import { Command, InvalidArgumentError, Option } from 'commander';
import type { FlowItem } from '../wire/flow.ts';
import type { Page } from '../wire/list.ts';
import type { QualityReport } from '../wire/quality.ts';

const GROUPINGS = ['rung', 'model', 'prompt', 'reviewer', 'policy'];

interface Options {
  by: string;
  from?: string;
  to?: string;
  json?: true;
}

function day(text: string): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) throw new InvalidArgumentError('It must be a day like 2026-01-31.');
  return text;
}

export function quality(): Command {
  return new Command('quality')
    .description('how decisions compare with what turned out to be true, and what they cost')
    .argument('[flow]', 'all flows where none is named')
    .addOption(new Option('--by <what>', 'one line for each').choices(GROUPINGS).default('rung'))
    .option('--from <day>', "first day of the events' time, YYYY-MM-DD (UTC)", day)
    .option('--to <day>', 'last day', day)
    .option('--json', 'print a list of reports as the API gives them')
    .addHelpText('after', '\nExample:\n  signalbox quality fraud --by reviewer --from 2026-01-01')
    .action(run);
}

async function run(name: string | undefined, { by, from, to, json }: Options): Promise<void> {
  const [{ openService }, { printJson }] = await Promise.all([import('./terminal/target.ts'), import('./terminal/print.ts')]);
  const service = await openService();
  const names = name === undefined ? (await service.ask<Page<FlowItem>>('/v1/flows')).items.map((flow) => flow.name) : [name];
  const query = new URLSearchParams({ by, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) });
  const reports: QualityReport[] = [];
  for (const flow of names) reports.push(await service.ask<QualityReport>(`/v1/flows/${encodeURIComponent(flow)}/quality?${query}`));
  if (json === true) return printJson(reports);
  for (const report of reports) await show(report);
}

const percent = (share: number | null): string => (share === null ? '-' : `${(share * 100).toFixed(1)} %`);
const usd = (amount: number | null): string => (amount === null ? '-' : amount.toFixed(4));

async function show({
  flow,
  by,
  positive,
  silence,
  labels,
  drift,
  behind,
  all,
  groups,
  leftOut,
  answers = [],
  figures = [],
}: QualityReport): Promise<void> {
  const { printLine, printTable } = await import('./terminal/print.ts');
  printLine(`${flow}${positive === null ? '' : `, precision and recall of ${positive}`}`);
  printTable(
    [
      by.toUpperCase(),
      'DECISIONS',
      'LABELLED',
      'ASSUMED',
      'RIGHT',
      'WRONG',
      'PRECISION',
      'RECALL',
      'CALIBRATION ERROR',
      'COST USD',
      'PER 1000',
    ],
    [...groups, { name: 'all', ...all }].map((group) => [
      ...[group.name, String(group.decisions), String(group.labelled), String(group.assumed), String(group.right), String(group.wrong)],
      ...[percent(group.precision), percent(group.recall), percent(group.calibration.error), usd(group.costUsd), usd(group.costUsdPer1000)],
    ]),
  );
  if (answers.length > 0)
    printTable(
      ['ANSWERS OF', 'JUDGED', 'RIGHT', 'PRECISION', 'CALIBRATION ERROR', 'PER 1000', 'TO DECIDE'],
      answers.map(({ name, right, wrong, record, calibration, costUsdPer1000 }) => [
        ...[
          name,
          String(right + wrong),
          String(right),
          percent(record?.precision ?? null),
          percent(calibration.error),
          usd(costUsdPer1000),
        ],
        record === null
          ? '-'
          : record.earned
            ? 'has the record: `decides: true` in the policy lets it'
            : `wants ${record.judgedMin} judged and a precision of ${percent(record.precisionMin)}`,
      ]),
    );
  const unjudged = all.labelled + all.assumed - all.right - all.wrong;
  if (unjudged > 0)
    printLine(`${unjudged} are neither right nor wrong, as their outcome claims nothing of what is true (one that asks for a review, say)`);
  if (leftOut > 0) printLine(`${leftOut} more are only in the last line`);
  if (silence !== null && silence.before !== null)
    printLine(
      `${silence.counted} without a label count as ${silence.truth}: of days before ${silence.before}, ${silence.days} days without one`,
    );
  if (labels.waiting + labels.dropped > 0) printLine(`${labels.waiting} labels wait for their event, ${labels.dropped} were dropped`);
  const drifted = drift?.series.filter((one) => one.drifted).map(({ kind, name }) => (kind === 'input' ? `the input ${name}` : name)) ?? [];
  if (drifted.length > 0) printLine(`No longer what they were: ${drifted.join(', ')}`);
  for (const { name, text, value, low, high, of } of figures) {
    const rests = Object.entries(of).map(([what, count]) => `${count} ${what}`);
    printLine(
      `${name}: ${value === null ? 'too little is known' : `${percent(value)}, 95 % from ${percent(low)} to ${percent(high)}`} (${rests.join(', ')})`,
    );
    printLine(`  ${text}`);
  }
  if (behind > 0) printLine(`${behind} entries are not counted yet`);
}
