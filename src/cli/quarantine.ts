import { Command } from 'commander';
import type { QuarantinedEvent } from '../wire/event.ts';
import type { Receipt } from '../wire/receipt.ts';
import { type ManyOptions, redriveMany, withMany } from './redriveMany.ts';
import { type ListOptions, printList, withListOptions } from './terminal/listOptions.ts';

const PATH = '/v1/quarantine';

export function quarantine(): Command {
  const command = new Command('quarantine').description('events that a flow could not fold');
  withListOptions(command.command('list').description('what is in quarantine, and why'))
    .option('--flow <name>')
    .addHelpText('after', '\nExample:\n  signalbox quarantine list --flow fraud')
    .action(list);
  withMany(
    command
      .command('redrive')
      .description('try again, after the flow was mended, or what a wrong clock made late or expired; exit 1 where an event fails again')
      .argument('[event...]', 'ids like evt_fraud.17; none: those in quarantine that the options name'),
    'events in quarantine',
  )
    .option('--type <type>', 'those of a type')
    .option('--reason <text>', 'those that are there for this reason, as `quarantine list` prints it')
    .addHelpText(
      'after',
      '\nExamples:\n  signalbox quarantine redrive evt_fraud.17 evt_fraud.19\n  signalbox quarantine redrive --flow fraud --dry-run\n  signalbox quarantine redrive --flow fraud --rate 20',
    )
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

const redrive = (ids: readonly string[], options: ManyOptions & { type?: string; reason?: string }): Promise<void> => {
  const { flow, type, reason } = options;
  return redriveMany({ what: 'events', path: PATH, ids, filter: { flow, type, reason }, became: ({ status }: Receipt) => status }, options);
};
