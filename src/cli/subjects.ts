import { Command } from 'commander';
import { queryOf } from '../client/queryOf.ts';
import type { Timeline } from '../wire/flow.ts';
import { type ListOptions, withListOptions } from './terminal/listOptions.ts';
import { printJson, printLine, printTable, say } from './terminal/print.ts';
import { valueLines } from './valueLines.ts';

export function subjects(): Command {
  const command = new Command('subjects').description('whom flows are about');
  withListOptions(command.command('show').description('the timeline of one subject: what happened, what was decided, asked and done'))
    .argument('<flow>', 'name of the flow')
    .argument('<subject>', 'as its events name it')
    .addHelpText('after', '\nExample:\n  signalbox subjects show fraud c-1')
    .action(show);
  return command;
}

async function show(flow: string, subject: string, { after, limit, json }: ListOptions): Promise<void> {
  const { openService } = await import('./terminal/target.ts');
  const service = await openService();
  const path = `/v1/flows/${encodeURIComponent(flow)}/subjects/${encodeURIComponent(subject)}`;
  const timeline = await service.ask<Timeline>(`${path}${queryOf({ after, limit })}`);
  if (json === true) return printJson(timeline);
  const { workflow, state, items, next, more } = timeline;
  printLine(`${flow} ${subject}${workflow === null ? '' : `  case ${workflow.id}${workflow.url === null ? '' : `  ${workflow.url}`}`}`);
  for (const line of valueLines({ remembered: state }, '  ')) printLine(line);
  printTable(
    ['AT', 'KIND', 'ID', 'WHAT'],
    // a line of the timeline alone has no page of its own
    items.map(({ at, kind, id, title }) => [at, kind, id.startsWith('rec_') ? '-' : id, title]),
  );
  if (more) say(`There are more: --after ${next}`);
}
