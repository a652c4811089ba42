import { Command } from 'commander';

export function doctor(): Command {
  return new Command('doctor')
    .description('look at the machine, the stack, the schema, workers and stuck cases; exit 1 where something fails')
    .option('--json', 'print {ok, findings}')
    .addHelpText('after', '\nEach line is ok, warn or fail, with what to do next.\n\nExample:\n  signalbox doctor')
    .action(run);
}

async function run({ json }: { json?: true }): Promise<void> {
  const [{ readConfig }, { examine }, { printJson, printLine }] = await Promise.all([
    import('../settings/config.ts'),
    import('./doctor/examine.ts'),
    import('./terminal/print.ts'),
  ]);
  const findings = await examine(readConfig());
  const failed = findings.filter(({ level }) => level === 'fail').length;
  if (failed > 0) process.exitCode = 1;
  if (json === true) return printJson({ ok: failed === 0, findings });
  for (const { level, what, found, next } of findings)
    printLine(`${level.padEnd(4)}  ${what}: ${found}${next === undefined ? '' : ` -> ${next}`}`);
}
