/** `signalbox rebuild`: folds logs again from their first entry and holds the kept states against what comes out. */
import { Command } from 'commander';
import type { Rebuilt } from '../log/rebuild.ts';

interface Options {
  flow?: string;
  write?: true;
  json?: true;
}

export function rebuild(): Command {
  return new Command('rebuild')
    .description('fold logs again from the first entry and compare the states; exit 1 where they differ')
    .option('--flow <name>', 'one flow only')
    .option('--write', 'put the folded states in place of the kept ones that differ, some at a time, beside what is accepted')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExamples:\n  signalbox rebuild\n  signalbox rebuild --flow fraud --write')
    .action(run);
}

async function run({ flow: only, write, json }: Options): Promise<void> {
  const [{ databaseUrl }, { openReport }, { flows }, log, { CannotRun }, { printJson, printLine }] = await Promise.all([
    import('./terminal/target.ts'),
    import('./terminal/openReport.ts'),
    import('../flows/flows.ts'),
    import('../log/rebuild.ts'),
    import('../domain/errors.ts'),
    import('./terminal/print.ts'),
  ]);
  const chosen = flows.filter(({ name }) => only === undefined || name === only);
  if (chosen.length === 0)
    throw new CannotRun(`Cannot rebuild ${only} as it must be a flow of this build: ${flows.map(({ name }) => name).join(', ')}`);
  const pool = await openReport(await databaseUrl(), 'rebuild');
  try {
    const results: Rebuilt[] = [];
    for (const flow of chosen) results.push(await log.rebuild(pool, { tenant: 'default', flow, write: write === true }));
    if (json === true) printJson(results);
    else for (const result of results) for (const line of linesOf(result)) printLine(line);
    // a difference that was just written right is no longer one
    if (write !== true && results.some(({ differences }) => differences.length > 0)) process.exitCode = 1;
  } finally {
    await pool.end();
  }
}

function linesOf({ flow, entries, events, keys, otherCode, differences, written }: Rebuilt): string[] {
  const verdict =
    differences.length === 0
      ? 'every state is what its events fold to'
      : `${differences.length} differences${written ? ', written right' : ''}`;
  return [
    `${flow}: ${entries} entries, ${events} events, ${keys} keys: ${verdict}`,
    ...(otherCode === 0
      ? []
      : [`  ${otherCode} events were folded by code that this build does not have: their states may rightly differ`]),
    ...differences.map((difference) => `  ${difference}`),
  ];
}
