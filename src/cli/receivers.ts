import { Command } from 'commander';
import type { Receiver } from '../wire/action.ts';
import type { Page } from '../wire/list.ts';
import { printJson, printLine, printTable } from './terminal/print.ts';

export function receivers(): Command {
  const command = new Command('receivers').description('receivers of actions that answered 410 Gone');
  command
    .command('list')
    .description('the first 1,000; nothing is sent to those that are disabled')
    .option('--json', 'print {items, next, more} as the API gives it')
    .addHelpText('after', '\nExample:\n  signalbox receivers list')
    .action(list);
  command
    .command('enable')
    .description('send to it again; its dead letters stay until they are redriven')
    .argument('<receiver>', 'an id like rcv_0f1e2d3c4b5a6978')
    .option('--json', 'print it as the API gives it')
    .addHelpText('after', '\nExample:\n  signalbox receivers enable rcv_0f1e2d3c4b5a6978')
    .action(enable);
  return command;
}

async function list({ json }: { json?: true }): Promise<void> {
  const { openService } = await import('./terminal/target.ts');
  const page = await (await openService()).ask<Page<Receiver>>('/v1/receivers?limit=1000');
  if (json === true) return printJson(page);
  const rows = page.items.map(({ id, state, disabledAt, url, why }) => [id, state, disabledAt ?? '-', url, why]);
  printTable(['RECEIVER', 'STATE', 'DISABLED', 'URL', 'WHY'], rows);
}

async function enable(id: string, { json }: { json?: true }): Promise<void> {
  const { openService } = await import('./terminal/target.ts');
  const service = await openService();
  const receiver = await service.ask<Receiver>(`/v1/receivers/${encodeURIComponent(id)}/enable`, { method: 'POST' });
  if (json === true) printJson(receiver);
  else printLine(`${receiver.id}  ${receiver.state}  ${receiver.url}`);
}
