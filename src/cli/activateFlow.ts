/** `signalbox flow activate`: switches the code and policy of this build on, beside ingresses that run. */
import { Command } from 'commander';

interface Options {
  withPolicy?: boolean;
  json?: true;
}

export function activateFlowVerb(): Command {
  return new Command('activate')
    .argument('<flow>', 'name of the flow, or `all`')
    .description(
      "switch this build's code and policy on; a policy that an operator activated stays. An ingress with other code answers 503 for the flow from then on",
    )
    .option('--with-policy', "put this build's policy in place of an operator's too")
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExamples:\n  signalbox flow activate fraud\n  signalbox flow activate fraud --with-policy')
    .action(run);
}

async function run(name: string, { withPolicy = false, json }: Options): Promise<void> {
  const [
    { databaseUrl },
    { openDatabase },
    { checkSchema },
    { flows },
    { activateFlow },
    { CannotRun },
    { operatorsPolicy },
    { printJson, printLine, say },
  ] = await Promise.all([
    import('./terminal/target.ts'),
    import('../log/db/database.ts'),
    import('../log/db/migrate.ts'),
    import('../flows/flows.ts'),
    import('../log/activate.ts'),
    import('../domain/errors.ts'),
    import('../log/switchOn.ts'),
    import('./terminal/print.ts'),
  ]);
  const chosen = flows.filter((flow) => name === 'all' || flow.name === name);
  if (chosen.length === 0)
    throw new CannotRun(`Cannot activate ${name} as it must be a flow of this build: ${flows.map((flow) => flow.name).join(', ')}`);
  const url = await databaseUrl();
  await checkSchema(url);
  const pool = openDatabase(url, { name: 'activate', size: 1 });
  try {
    const done = [];
    for (const flow of chosen) done.push(...(await activateFlow(pool, 'default', flow, { withPolicy })));
    const kept = await Promise.all(chosen.map((flow) => operatorsPolicy(pool, { tenant: 'default', flow: flow.name })));
    for (const policy of kept)
      if (policy !== null) say(`left on: ${policy.version}, which an operator activated; --with-policy puts this build's in its place`);
    if (json === true) return printJson(done);
    for (const { flow, what, from, to } of done) printLine(`${flow}: ${what} ${from ?? 'none'} -> ${to}`);
    if (done.length === 0) printLine('nothing to switch: this code and these policies are on already');
  } finally {
    await pool.end();
  }
}
