import { Command } from 'commander';

interface Options {
  data: string;
  json?: true;
  plots?: string;
  url?: string;
}

export function evaluate(): Command {
  return new Command('evaluate')
    .description('what a flow is worth on public data: figures, intervals, published ones, trivial baselines')
    .argument('<flow>')
    .requiredOption('--data <dir>', 'folder of the data; files are known by their columns')
    .option('--json', 'print one object instead of tables')
    .option('--plots <dir>', 'write charts as SVG there')
    .option('--url <url>', 'let a running service decide, as history, in a flow that has no events yet (scope admin)')
    .addHelpText(
      'after',
      '\nIt exits with 1 where a figure misses its floor.\n\nExample:\n  signalbox evaluate maintenance --data ../nab --plots plots',
    )
    .action(run);
}

async function run(flow: string, options: Options): Promise<void> {
  const { runEvaluation } = await import('./runEvaluation.ts');
  process.exitCode = await runEvaluation(flow, options);
}
