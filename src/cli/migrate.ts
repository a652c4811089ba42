/** `signalbox migrate`: what a deployment does before its new processes start. Again is harmless. */
import { Command } from 'commander';

export function migrateVerb(): Command {
  return new Command('migrate')
    .description(
      "bring the database to this build's schema, and give Temporal's namespace its search attributes where TEMPORAL_ADDRESS is set",
    )
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  signalbox migrate')
    .action(run);
}

async function run({ json }: { json?: true }): Promise<void> {
  const [{ readConfig }, { databaseUrl }, { migrate }, temporal, { CannotRun }, { printJson, printLine }] = await Promise.all([
    import('../settings/config.ts'),
    import('./terminal/target.ts'),
    import('../log/db/migrate.ts'),
    import('../local/temporalNamespace.ts'),
    import('../domain/errors.ts'),
    import('./terminal/print.ts'),
  ]);
  const config = readConfig();
  await migrate(await databaseUrl(config));
  const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace, TEMPORAL_API_KEY: apiKey } = config;
  let added: string[] | null = null;
  if (address !== undefined) {
    try {
      const connection = await temporal.connectTemporal({ address, apiKey });
      try {
        added = await temporal.registerSearchAttributes(connection, namespace);
      } finally {
        await connection.close();
      }
    } catch (error) {
      throw new CannotRun(
        `The database is migrated; the namespace ${namespace} at ${address} could not be looked at: ${(error as Error).message}`,
        {
          cause: error,
        },
      );
    }
  }
  if (json === true) printJson({ schema: 'current', searchAttributesAdded: added });
  else {
    printLine("The database has this build's schema.");
    if (added !== null)
      printLine(added.length === 0 ? 'The namespace has its search attributes.' : `Added search attributes: ${added.join(', ')}.`);
  }
}
