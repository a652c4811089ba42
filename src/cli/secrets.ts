/** Secrets of providers and brokers, on the database itself. */
import { Command } from 'commander';

export function secrets(): Command {
  const command = new Command('secrets').description(
    'how secrets of providers and brokers are kept, on the database itself (DATABASE_URL, else the stack that runs here)',
  );
  command
    .command('seal')
    .description('bring all of them under the first key of SIGNALBOX_SECRET_KEY or SIGNALBOX_SECRET_KEY_FILE')
    .option('--json', 'print {resealed, sealing}')
    .addHelpText('after', '\nEvery ingress must have the key before.\n\nExample:\n  signalbox secrets seal')
    .action(seal);
  return command;
}

async function seal({ json }: { json?: true }): Promise<void> {
  const [{ readConfig }, { sealsOf, UNSEALED }, { reseal }, { databaseUrl }, { openReport }, { printJson, printLine }, errors] =
    await Promise.all([
      import('../settings/config.ts'),
      import('../log/door/seals.ts'),
      import('../log/door/reseal.ts'),
      import('./terminal/target.ts'),
      import('./terminal/openReport.ts'),
      import('./terminal/print.ts'),
      import('../domain/errors.ts'),
    ]);
  const { CannotRun, SignalboxError } = errors;
  const config = readConfig();
  const seals = sealsOf(config);
  const { sealing } = seals;
  if (sealing === UNSEALED) throw new CannotRun('Cannot seal without a key: set SIGNALBOX_SECRET_KEY or SIGNALBOX_SECRET_KEY_FILE');
  const pool = await openReport(await databaseUrl(config), 'secrets');
  try {
    const resealed = await reseal(pool, seals).catch((error: unknown) => {
      throw error instanceof SignalboxError ? new CannotRun(`Cannot seal all: ${error.message}`, { cause: error }) : error;
    });
    if (json === true) printJson({ resealed, sealing });
    else printLine(`${resealed} brought under ${sealing}; those that are there are all under it now`);
  } finally {
    await pool.end();
  }
}
