import { Command } from 'commander';
import type { FlowItem } from '../wire/flow.ts';
import type { Page } from '../wire/list.ts';
import type { ActivatedPolicy, StoredPolicy } from '../wire/policy.ts';
import { activatePolicyVerb } from './activatePolicy.ts';
import { diffPolicyVerb } from './diffPolicy.ts';
import { lintPolicyVerb } from './lintPolicy.ts';
import { type ListOptions, printList, withListOptions } from './terminal/listOptions.ts';
import { printJson, printTable, say } from './terminal/print.ts';

export function policy(): Command {
  const command = new Command('policy').description('thresholds, prompts, limits and deadlines of a flow, by version');
  command.addCommand(lintPolicyVerb());
  command
    .command('show')
    .description('the text of a policy; without a flow, which policy each flow has')
    .argument('[flow]')
    .option('--policy-version <version>', 'another than the active one, like fraud@0123456789ab')
    .option('--json', 'print it as the API gives it')
    .addHelpText('after', '\nExample:\n  signalbox policy show fraud > policy.yaml')
    .action(show);
  withListOptions(command.command('list').description('the policies that a flow had, and who switched them on'))
    .argument('<flow>')
    .addHelpText('after', '\nExample:\n  signalbox policy list fraud')
    .action(list);
  command.addCommand(diffPolicyVerb());
  command.addCommand(activatePolicyVerb());
  return command;
}

const chosenBy = ({ origin, by }: ActivatedPolicy): string => (by === null ? origin : `${origin} ${by}`);

async function show(flow: string | undefined, { policyVersion, json }: { policyVersion?: string; json?: true }): Promise<void> {
  const [{ openService }, { CannotRun }] = await Promise.all([import('./terminal/target.ts'), import('../domain/errors.ts')]);
  if (flow === undefined && policyVersion !== undefined)
    throw new CannotRun(`Cannot show ${policyVersion} without its flow: signalbox policy show FLOW --policy-version ${policyVersion}`);
  const service = await openService();
  const read = (of: string, version: string): Promise<StoredPolicy> =>
    service.ask<StoredPolicy>(`/v1/flows/${encodeURIComponent(of)}/policies/${encodeURIComponent(version)}`);
  if (flow === undefined) {
    const { items } = await service.ask<Page<FlowItem>>('/v1/flows');
    const active = await Promise.all(items.map(({ name }) => read(name, 'active')));
    if (json === true) return printJson({ items: active });
    return printTable(
      ['FLOW', 'POLICY', 'SINCE', 'BY', 'NOTE'],
      active.map((one) => [one.flow, one.version, one.at, chosenBy(one), one.note ?? '']),
    );
  }
  const stored = await read(flow, policyVersion ?? 'active');
  if (json === true) return printJson(stored);
  const { version, at, active, note } = stored;
  say(`${version}, switched on ${at} by ${chosenBy(stored)}${active ? ', active' : ''}${note === null ? '' : `: ${note}`}`);
  // as it was given, to be kept in a file: what may not stand in a terminal is refused in a policy
  process.stdout.write(stored.text.endsWith('\n') ? stored.text : `${stored.text}\n`);
}

async function list(flow: string, options: ListOptions): Promise<void> {
  const { openService } = await import('./terminal/target.ts');
  await printList<ActivatedPolicy>(await openService(), {
    path: `/v1/flows/${encodeURIComponent(flow)}/policies`,
    filters: {},
    options,
    header: ['AT', 'POLICY', 'BY', 'FROM', 'NOTE'],
    row: (item) => [item.at, `${item.version}${item.active ? ' (active)' : ''}`, chosenBy(item), String(item.position), item.note ?? ''],
  });
}
