/** `signalbox flow activate`: switches the code and policy of this build on, beside ingresses that run. */
import { Command } from 'commander';

interface Options {
  json?: true;
}

export function activateFlowVerb(): Command {
  return new Command('activate')
    .argument('<flow>', 'name of the flow, or `all`')
    .description("switch this build's code and policy on; an ingress with other code answers 503 for the flow from then on")
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  signalbox flow activate fraud')
    .action(run);
}

async function run(name: string, { json }: Options): Promise<void> {
  const [{ databaseUrl }, { openDatabase }, { checkSchema }, { flows }, { activateFlow }, { CannotRun }, { printJson, printLine }] =
    await Promise.all([
      import('./target.ts'),
      import('../log/db/database.ts'),
      import('../log/db/migrate.ts'),
      import('../flows/flows.ts'),
      import('../log/activate.ts'),
      import('../domain/errors.ts'),
      import('./print.ts'),
    ]);
  const chosen = flows.filter((flow) => name === 'all' || flow.name === name);
  if (chosen.length === 0)
    throw new CannotRun(`Cannot activate ${name} as it must be a flow of this build: ${flows.map((flow) => flow.name).join(', ')}`);
  const url = await databaseUrl();
  await checkSchema(url);
  const pool = openDatabase(url, { name: 'activate', size: 1 });
  try {
    const done = [];
    for (const flow of chosen) done.push(...(await activateFlow(pool, 'default', flow)));
    if (json === true) return printJson(done);
    for (const { flow, what, from, to } of done) printLine(`${flow}: ${what} ${from ?? 'none'} -> ${to}`);
    if (done.length === 0) printLine('nothing to switch: this code and these policies are on already');
  } finally {
    await pool.end();
  }
}
