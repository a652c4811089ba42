import { Command, InvalidArgumentError } from 'commander';
import { readNumber } from '../domain/readNumber.ts';
import { countUpTo } from './terminal/listOptions.ts';

function positive(text: string): number {
  const number = readNumber(text);
  if (number === null || !(number > 0)) throw new InvalidArgumentError('It must be a number above 0.');
  return number;
}

/** Named with a trailing word as `import` is a word of the language. */
export function importVerb(): Command {
  return new Command('import')
    .description('send the rows of a table as events, in the order of their time')
    .requiredOption('--file <file>', 'a .csv (with a header line) or .ndjson, plain or .gz')
    .requiredOption('--map <map>', 'a YAML file: how a row becomes events')
    .option('--as-history', 'fold and decide, but open no case and take no action')
    .option('--rate <number>', 'events a second at most', positive)
    .option('--limit <rows>', 'read this many rows at most', countUpTo(Number.MAX_SAFE_INTEGER))
    .option('--batch <events>', 'events a request', countUpTo(5000), 500)
    .option('--max-rejected <rows>', 'stop beyond this many rejected rows', countUpTo(Number.MAX_SAFE_INTEGER), 1000)
    .option('--retry <seconds>', 'how long to wait for a service that is away or full', positive, 300)
    .option('--rejected <file>', 'where rejected rows go; in the data folder unless given')
    .option('--checkpoint <file>', 'where the progress is kept; in the data folder unless given')
    .option('--encoding <name>', 'of the file: utf-8, windows-1252, ...', 'utf-8')
    .option('--sort', 'the rows come in any order: hold up to a million events, and send them by time')
    .option('--restart', 'start at the first row, whatever was done before (repeats are harmless)')
    .option('--json', 'print a summary as JSON')
    .addHelpText(
      'after',
      `
An import that was stopped goes on where it was: give the same command again.
Exit 1 if rows were rejected or came out of their order. examples/fraud-handbook.map.yaml shows a map.

Example:
  signalbox import --file transactions.csv.gz --map examples/fraud-handbook.map.yaml --as-history`,
    )
    .action(async (options: object) => {
      const { runImport } = await import('./runImport.ts');
      await runImport(options as Parameters<typeof runImport>[0]);
    });
}
