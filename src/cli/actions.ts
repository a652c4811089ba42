import { Command } from 'commander';
import { type ListOptions, printList, withListOptions } from './listOptions.ts';
import { printJson, printLine, say } from './print.ts';

interface Action {
  id: string;
  state: string;
  subject: string;
  decision: string;
  undoes: string | null;
  tries: number;
  error: { code: string | null; detail: string } | null;
  nextTryAt: string | null;
  message?: unknown;
}

export function actions(): Command {
  const command = new Command('actions').description('what followed from decisions, and how it went');
  withListOptions(command.command('list').description('in the order of planning'))
    .option('--state <state>', 'planned, done, not-sent, dead, refused, skipped or all')
    .option('--flow <name>')
    .addHelpText('after', '\nExample:\n  signalbox actions list --state dead')
    .action(list);
  command
    .command('get')
    .description('one action, why it failed, and what it sends')
    .argument('<action>', 'an id like act_fraud.17.release')
    .option('--json', 'print it as the API gives it')
    .addHelpText('after', '\nExample:\n  signalbox actions get act_fraud.17.release')
    .action(get);
  command
    .command('redrive')
    .description('send dead letters again, with the same key and bytes; exit 1 where one may not be')
    .argument('<action...>', 'ids like act_fraud.17.release')
    .option('--json', 'print what became of them')
    .addHelpText('after', '\nExample:\n  signalbox actions redrive act_fraud.17.release act_fraud.19.block')
    .action(redrive);
  return command;
}

const pathOf = (id: string): string => `/v1/actions/${encodeURIComponent(id)}`;
const why = ({ error }: Action): string => (error === null ? '' : `${error.code === null ? '' : `${error.code}: `}${error.detail}`);

async function list(options: ListOptions & { state?: string; flow?: string }): Promise<void> {
  const { openService } = await import('./target.ts');
  const { state, flow } = options;
  await printList<Action>(await openService(), {
    path: '/v1/actions',
    filters: { state, flow },
    options,
    header: ['ACTION', 'STATE', 'SUBJECT', 'TRIES', 'NEXT TRY', 'ERROR'],
    row: (item) => [item.id, item.state, item.subject, String(item.tries), item.nextTryAt ?? '-', why(item)],
  });
}

async function get(id: string, { json }: { json?: true }): Promise<void> {
  const { openService } = await import('./target.ts');
  const service = await openService();
  const action = await service.ask<Action>(pathOf(id));
  if (json === true) return printJson(action);
  const { state, subject, decision, undoes, tries } = action;
  printLine(`${action.id}  ${state}  ${subject}  after ${decision}${undoes === null ? '' : `, takes ${undoes} back`}  ${tries} tries`);
  if (action.error !== null) printLine(`  ${why(action)}`);
  printLine(`  ${JSON.stringify(action.message)}`);
}

async function redrive(ids: readonly string[], { json }: { json?: true }): Promise<void> {
  const { openService } = await import('./target.ts');
  const { Refused } = await import('../client/serviceClient.ts');
  const service = await openService();
  const done: unknown[] = [];
  for (const id of ids) {
    try {
      const action = await service.ask<Action>(`${pathOf(id)}/redrive`, { method: 'POST' });
      done.push(action);
      if (json !== true) printLine(`${id}  ${action.state}`);
    } catch (error) {
      if (!(error instanceof Refused) || error.status >= 500 || error.status === 401 || error.status === 403) throw error;
      process.exitCode = 1;
      done.push({ action: id, problem: error.problem });
      say(`${id}  ${error.message}`);
    }
  }
  if (json === true) printJson(done);
}
