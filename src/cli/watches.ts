import { Command } from 'commander';
import type { WatchItem } from '../wire/watch.ts';
import { type ListOptions, printList, withListOptions } from './terminal/listOptions.ts';

export function watches(): Command {
  const command = new Command('watches').description('what flows wait for that may not come');
  withListOptions(command.command('list').description('those that are open, and when they are looked at next'))
    .option('--flow <name>')
    .option('--subject <subject>')
    .addHelpText('after', '\nExample:\n  signalbox watches list --flow maintenance --subject m-17')
    .action(list);
  return command;
}

async function list(options: ListOptions & { flow?: string; subject?: string }): Promise<void> {
  const { openService } = await import('./terminal/target.ts');
  await printList<WatchItem>(await openService(), {
    path: '/v1/watches',
    filters: { flow: options.flow, subject: options.subject },
    options,
    header: ['DUE', 'NAME', 'FLOW', 'SUBJECT', 'OPENED BY', 'TROUBLE'],
    row: ({ due, name, flow, subject, event, trouble }) => [due, name, flow, subject, event, trouble ?? ''],
  });
}
