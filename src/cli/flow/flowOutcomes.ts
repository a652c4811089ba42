import { Command, InvalidArgumentError, Option } from 'commander';
import { queryOf } from '../../client/queryOf.ts';
import { isTimeZone } from '../../domain/timeZone.ts';
import type { OutcomesOverTime } from '../../wire/overTime.ts';
import { countUpTo } from '../terminal/listOptions.ts';
import { printJson, printTable, say } from '../terminal/print.ts';

interface Options {
  readonly step: OutcomesOverTime['step'];
  readonly from?: string;
  readonly to?: string;
  readonly last?: number;
  readonly zone: string;
  readonly json?: true;
}

function zoneNamed(text: string): string {
  if (!isTimeZone(text)) throw new InvalidArgumentError('It must be the name of a time zone, such as Europe/Berlin.');
  return text;
}

export function flowOutcomesVerb(): Command {
  return new Command('outcomes')
    .description('final decisions over time, by outcome and by who decided')
    .argument('<flow>', 'name of the flow')
    .addOption(new Option('--step <step>', 'how long a line is').choices(['minute', 'hour', 'day']).default('hour'))
    .option('--last <count>', 'so many lines; 48 unless told', countUpTo(1440))
    .option('--from <time>', 'from then on, RFC 3339, in place of --last')
    .option('--to <time>', 'up to then; now unless told')
    .option('--zone <name>', 'whose hours and days', zoneNamed, 'UTC')
    .option('--json', 'print it as the API gives it')
    .addHelpText('after', '\nExample:\n  signalbox flow outcomes fraud --step day --last 30 --zone Europe/Berlin')
    .action(run);
}

async function run(flow: string, { json, ...options }: Options): Promise<void> {
  const { openService } = await import('../terminal/target.ts');
  const service = await openService();
  const found = await service.ask<OutcomesOverTime>(`/v1/flows/${encodeURIComponent(flow)}/outcomes${queryOf({ ...options })}`);
  if (json === true) return printJson(found);
  const { starts, series, behind } = found;
  const rows = starts.map((start, at) => [start, ...series.map(({ counts }) => String(counts[at] ?? 0))]);
  // a night without decisions is not a screen of zeros
  const some = rows.filter(([, ...counts]) => counts.some((count) => count !== '0'));
  printTable(['FROM', ...series.map(({ outcome, rung }) => `${outcome} BY ${rung}`.toUpperCase())], some);
  if (some.length === 0) say(`${flow} decided nothing for good from ${found.from} to ${found.to}`);
  if (behind > 0) say(`${behind} entries have not been counted yet`);
}
