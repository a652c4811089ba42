import { Command } from 'commander';
import { queryOf } from '../../client/queryOf.ts';
import { type FlowMap, MAP_MINUTES_MAX } from '../../wire/flowMap.ts';
import { countUpTo } from '../terminal/listOptions.ts';
import { printJson, printTable, say } from '../terminal/print.ts';

export function flowMapVerb(): Command {
  return new Command('map')
    .description('which way events go: their types, the flows that take them, outcomes, actions, with counts')
    .argument('[flow]', 'this one with whoever follows it; all of them unless named')
    .option('--minutes <count>', 'counted over so many minutes up to now; a day unless told', countUpTo(MAP_MINUTES_MAX))
    .option('--json', 'print it as the API gives it')
    .addHelpText('after', '\nExample:\n  signalbox flow map fraud --minutes 60')
    .action(run);
}

const KIND: Readonly<Record<FlowMap['nodes'][number]['kind'], string>> = {
  type: 'event',
  flow: 'flow',
  outcome: 'outcome',
  action: 'action',
};

async function run(flow: string | undefined, { minutes, json }: { minutes?: number; json?: true }): Promise<void> {
  const { openService } = await import('../terminal/target.ts');
  const map = await (await openService()).ask<FlowMap>(`/v1/flow-map${queryOf({ flow, minutes })}`);
  if (json === true) return printJson(map);
  const named = new Map(map.nodes.map(({ id, kind, name }) => [id, `${KIND[kind]} ${name}`]));
  printTable(
    ['COUNT', 'NOT DONE', 'FROM', 'TO'],
    map.edges.map(({ from, to, count, failed }) => [
      String(count),
      failed === 0 ? '-' : String(failed),
      named.get(from) ?? '',
      named.get(to) ?? '',
    ]),
  );
  if (map.behind > 0) say(`${map.behind} entries have not been counted yet`);
}
