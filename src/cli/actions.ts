import { Command, Option } from 'commander';
import type { ActionDetail, ActionItem, ActionState } from '../wire/action.ts';
import { redriveEach } from './redrive.ts';
import { type ManyOptions, redriveMany, withMany } from './redriveMany.ts';
import { type ListOptions, printList, withListOptions } from './terminal/listOptions.ts';
import { printJson, printLine, say } from './terminal/print.ts';

const PATH = '/v1/actions';
const STATES: readonly ActionState[] = ['planned', 'done', 'not-sent', 'dead', 'refused', 'skipped'];

export function actions(): Command {
  const command = new Command('actions').description('what followed from decisions, and how it went');
  withListOptions(command.command('list').description('in the order of planning'))
    .addOption(new Option('--state <state>', 'only those').choices([...STATES, 'all']))
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
  withMany(
    command
      .command('redrive')
      .description('send dead letters again, and what was not sent, with the same key and bytes; exit 1 where one may not be')
      .argument('[action...]', 'ids like act_fraud.17.release; none: the dead letters that the options name'),
    'dead letters',
  )
    .addOption(new Option('--state <state>', 'those that were never sent, in place of the dead letters').choices(['dead', 'not-sent']))
    .option('--action <name>', 'those of a name, like release')
    .option('--code <code>', 'those whose last error has this code')
    .addHelpText(
      'after',
      '\nExamples:\n  signalbox actions redrive act_fraud.17.release act_fraud.19.block\n  signalbox actions redrive --code receiver-refused --dry-run\n  signalbox actions redrive --code receiver-refused --rate 20',
    )
    .action(redrive);
  command
    .command('send-now')
    .description('begin the next try of actions that wait for it; exit 1 where one may not be')
    .argument('<action...>', 'ids like act_fraud.17.release')
    .option('--json', 'print what became of them')
    .addHelpText('after', '\nExample:\n  signalbox actions send-now act_fraud.17.release')
    .action(sendNow);
  command
    .command('undo')
    .description('take back what was done, by the undo that its policy names; exit 1 where it may not be')
    .argument('<action>', 'an id like act_pricing.17.change-price')
    .requiredOption('--reason <text>', 'why, for the timeline')
    .option('--json', 'print the action that does it, as the API gives it')
    .addHelpText('after', "\nExample:\n  signalbox actions undo act_pricing.17.change-price --reason 'a mistake'")
    .action(undo);
  return command;
}

function why({ state, error }: ActionItem): string {
  if (state === 'not-sent') return 'no webhook address was configured: redrive it when one is (`signalbox receive` is one to try with)';
  return error === null ? '' : `${error.code === null ? '' : `${error.code}: `}${error.detail}`;
}

async function list(options: ListOptions & { state?: string; flow?: string }): Promise<void> {
  const { openService } = await import('./terminal/target.ts');
  const { state, flow } = options;
  await printList<ActionItem>(await openService(), {
    path: PATH,
    filters: { state, flow },
    options,
    header: ['ACTION', 'STATE', 'SUBJECT', 'TRIES', 'NEXT TRY', 'ERROR'],
    row: (item) => [item.id, item.state, item.subject, String(item.tries), item.nextTryAt ?? '-', why(item)],
  });
}

async function get(id: string, { json }: { json?: true }): Promise<void> {
  const { openService } = await import('./terminal/target.ts');
  const service = await openService();
  const action = await service.ask<ActionDetail>(`${PATH}/${encodeURIComponent(id)}`);
  if (json === true) return printJson(action);
  const { state, subject, decision, undoes, tries } = action;
  printLine(
    `${action.id}  ${state}  ${subject}  after ${decision}${undoes === null ? '' : `, takes ${undoes} back`}  tried ${tries === 1 ? 'once' : `${tries} times`}`,
  );
  if (why(action) !== '') printLine(`  ${why(action)}`);
  printLine(`  ${JSON.stringify(action.message)}`);
}

const redrive = (ids: readonly string[], options: ManyOptions & { state?: string; action?: string; code?: string }): Promise<void> => {
  const { state, flow, action, code } = options;
  const filter = { state, flow, action, code };
  return redriveMany({ what: 'actions', path: PATH, ids, filter, became: ({ state: now }: ActionDetail) => now }, options);
};

const sendNow = (ids: readonly string[], options: { json?: true }): Promise<void> =>
  redriveEach<ActionDetail>(ids, options, { path: PATH, verb: 'send-now', what: 'actions', became: () => 'its next try begins' });

async function undo(id: string, { reason, json }: { reason: string; json?: true }): Promise<void> {
  const { openService } = await import('./terminal/target.ts');
  const { Refused } = await import('../client/serviceClient.ts');
  const service = await openService();
  const call = { method: 'POST', contentType: 'application/json', body: JSON.stringify({ reason }) } as const;
  try {
    const action = await service.ask<ActionDetail>(`${PATH}/${encodeURIComponent(id)}/undo`, call);
    if (json === true) return printJson(action);
    printLine(`${action.id}  ${action.state}, takes ${id} back`);
  } catch (error) {
    if (!(error instanceof Refused) || (error.status !== 404 && error.status !== 409)) throw error;
    process.exitCode = 1;
    say(`${id}  ${error.message}`);
  }
}
