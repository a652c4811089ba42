import { Command } from 'commander';
import type { FlowItem } from '../../wire/flow.ts';
import { activateFlowVerb } from '../activateFlow.ts';
import { newFlowVerb } from '../newFlow.ts';
import { flowCasesVerb } from './flowCases.ts';
import { flowMapVerb } from './flowMap.ts';
import { flowOutcomesVerb } from './flowOutcomes.ts';

interface ListedFlow {
  name: string;
  title?: string;
  policy?: string | null;
  code?: string | null;
  types: Record<string, unknown>;
  /** Absent from a service of before 0.2. */
  follows?: Record<string, unknown>;
  emits?: Record<string, unknown>;
  models?: FlowItem['models'];
}

export function flow(): Command {
  const command = new Command('flow').description('what the business does about some event types');
  command
    .command('list')
    .description('the flows that the service has')
    .option('--json', 'print them as the API gives them')
    .addHelpText('after', '\nExample:\n  signalbox flow list')
    .action(list);
  command.addCommand(newFlowVerb());
  command.addCommand(activateFlowVerb());
  command.addCommand(flowOutcomesVerb());
  command.addCommand(flowCasesVerb());
  command.addCommand(flowMapVerb());
  return command;
}

async function list({ json }: { json?: true }): Promise<void> {
  const [{ openService }, { printJson, printLine, printTable }] = await Promise.all([
    import('../terminal/target.ts'),
    import('../terminal/print.ts'),
  ]);
  const service = await openService();
  const answer = await service.ask<{ items: ListedFlow[] }>('/v1/flows');
  if (json === true) return printJson(answer);
  const typesOf = ({ types, follows = {}, emits = {} }: ListedFlow): string[] => [
    ...Object.keys(types),
    ...Object.keys(follows).map((type) => `${type} (followed)`),
    ...Object.keys(emits).map((type) => `${type} (emitted)`),
  ];
  printTable(
    ['FLOW', 'POLICY', 'CODE', 'TYPES'],
    answer.items.map((item) => [item.name, item.policy ?? '-', item.code?.slice(0, 12) ?? '-', typesOf(item).join(', ')]),
  );
  for (const { name, models = [] } of answer.items)
    for (const { name: model, version, data, trained, figures, measured } of models) {
      const worth = Object.entries(figures).map(([figure, value]) => `${figure} ${value}`);
      printLine(
        `The model ${model} (${version}) of ${name}: ${data}, ${trained.from} to ${trained.to}; ${worth.join(', ')} by ${measured}`,
      );
    }
}
