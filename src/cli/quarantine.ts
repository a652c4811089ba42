import { Command } from 'commander';
import { type ListOptions, printList, withListOptions } from './listOptions.ts';
import { printJson, printLine, say } from './print.ts';
import type { Receipt } from './receipt.ts';

type Quarantined = Receipt & { reason?: string | null; acceptedAt?: string; type?: string };

export function quarantine(): Command {
  const command = new Command('quarantine').description('events that a flow could not fold');
  withListOptions(command.command('list').description('what is in quarantine, and why'))
    .option('--flow <name>')
    .addHelpText('after', '\nExample:\n  signalbox quarantine list --flow fraud')
    .action(list);
  command
    .command('redrive')
    .description('try again, after the flow was mended; exit 1 where an event fails again')
    .argument('<event...>', 'ids like evt_fraud.17')
    .option('--json', 'print what became of them')
    .addHelpText('after', '\nExample:\n  signalbox quarantine redrive evt_fraud.17 evt_fraud.19')
    .action(redrive);
  return command;
}

async function list(options: ListOptions & { flow?: string }): Promise<void> {
  const { openService } = await import('./target.ts');
  await printList<Quarantined>(await openService(), {
    path: '/v1/quarantine',
    filters: { flow: options.flow },
    options,
    header: ['EVENT', 'SOURCE', 'ID', 'SUBJECT', 'REASON'],
    row: (item) => [item.event, item.source, item.id, item.subject ?? '-', item.reason ?? ''],
  });
}

async function redrive(ids: readonly string[], { json }: { json?: true }): Promise<void> {
  const { openService } = await import('./target.ts');
  const { Refused } = await import('../client/serviceClient.ts');
  const service = await openService();
  const done: unknown[] = [];
  for (const id of ids) {
    try {
      const answer = await service.ask<Receipt>(`/v1/quarantine/${encodeURIComponent(id)}/redrive`, { method: 'POST' });
      done.push(answer);
      if (json !== true) printLine(`${id}  ${answer.status}`);
    } catch (error) {
      if (!(error instanceof Refused) || error.status >= 500 || error.status === 401 || error.status === 403) throw error;
      process.exitCode = 1;
      done.push({ event: id, problem: error.problem });
      say(`${id}  ${error.message}`);
    }
  }
  if (json === true) printJson(done);
}
