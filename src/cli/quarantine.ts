import { Command } from 'commander';
import type { QuarantinedEvent } from '../wire/event.ts';
import type { Receipt } from '../wire/receipt.ts';
import { redriveEach } from './redrive.ts';
import { type ListOptions, printList, withListOptions } from './terminal/listOptions.ts';

const PATH = '/v1/quarantine';

export function quarantine(): Command {
  const command = new Command('quarantine').description('events that a flow could not fold');
  withListOptions(command.command('list').description('what is in quarantine, and why'))
    .option('--flow <name>')
    .addHelpText('after', '\nExample:\n  signalbox quarantine list --flow fraud')
    .action(list);
  command
    .command('redrive')
    .description('try again, after the flow was mended, or what a wrong clock made late or expired; exit 1 where an event fails again')
    .argument('<event...>', 'ids like evt_fraud.17')
    .option('--json', 'print what became of them')
    .addHelpText('after', '\nExample:\n  signalbox quarantine redrive evt_fraud.17 evt_fraud.19')
    .action(redrive);
  return command;
}

async function list(options: ListOptions & { flow?: string }): Promise<void> {
  const { openService } = await import('./terminal/target.ts');
  await printList<QuarantinedEvent>(await openService(), {
    path: PATH,
    filters: { flow: options.flow },
    options,
    header: ['EVENT', 'SOURCE', 'ID', 'SUBJECT', 'REASON'],
    row: (item) => [item.event, item.source, item.id, item.subject ?? '-', item.reason ?? ''],
  });
}

const redrive = (ids: readonly string[], options: { json?: true }): Promise<void> =>
  redriveEach<Receipt>(ids, options, { path: PATH, verb: 'redrive', name: 'event', became: ({ status }) => status });
