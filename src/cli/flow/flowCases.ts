import { Command } from 'commander';
import { queryOf } from '../../client/queryOf.ts';
import { span } from '../../domain/span.ts';
import { SLOW_CASES_MAX, type SlowCases } from '../../wire/slowCase.ts';
import { countUpTo } from '../terminal/listOptions.ts';
import { printJson, printLine, printTable, say } from '../terminal/print.ts';

interface Options {
  readonly from?: string;
  readonly to?: string;
  readonly limit: number;
  readonly json?: true;
}

export function flowCasesVerb(): Command {
  return new Command('cases')
    .description('the oldest cases that are open, and the slowest of those that were closed')
    .argument('<flow>', 'name of the flow')
    .option('--from <time>', 'closed from then on, RFC 3339; seven days ago unless told')
    .option('--to <time>', 'closed up to then; now unless told')
    .option('--limit <count>', `of each kind, up to ${SLOW_CASES_MAX}`, countUpTo(SLOW_CASES_MAX), 20)
    .option('--json', 'print them as the API gives them')
    .addHelpText('after', '\nExample:\n  signalbox flow cases fraud --limit 5')
    .action(run);
}

async function run(flow: string, { json, ...options }: Options): Promise<void> {
  const { openService } = await import('../terminal/target.ts');
  const service = await openService();
  const found = await service.ask<SlowCases>(`/v1/flows/${encodeURIComponent(flow)}/slow-cases${queryOf({ ...options })}`);
  if (json === true) return printJson(found);
  const { open, closed, behind } = found;
  if (open.length === 0) printLine(`No case of ${flow} is open`);
  else
    printTable(
      ['OPEN FOR', 'EVENT', 'SUBJECT', 'DOES', 'CASE', 'WAITS FOR'],
      open.map(({ acceptedAt, event, subject, state, workflow, waitingFor }) => [
        ...[span(Date.now() - Date.parse(acceptedAt)), event, subject, state, workflow.id, waitingFor],
      ]),
    );
  if (closed.length === 0) printLine(`No case of ${flow} was closed from ${found.from} to ${found.to}`);
  else
    printTable(
      ['TOOK', 'EVENT', 'SUBJECT', 'DECIDED', 'OUTCOME', 'BY', 'CASE'],
      closed.map(({ ms, event, subject, decidedAt, outcome, rung, workflow }) => [
        ...[span(ms), event, subject, decidedAt, outcome, rung, workflow.id],
      ]),
    );
  if (behind > 0) say(`${behind} entries have not been looked at yet`);
}
