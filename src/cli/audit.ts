import { Command } from 'commander';

export function audit(): Command {
  return new Command('audit')
    .description('prove from the tables that every accepted event ended as exactly one thing; exit 1 where it does not add up')
    .option('--tenant <name>', 'whose logs', 'default')
    .option('--json', 'print {ok, flows, findings}')
    .addHelpText('after', '\nIt opens the database: DATABASE_URL, else the stack that runs here.\n\nExample:\n  signalbox audit --json')
    .action(run);
}

async function run({ tenant, json }: { tenant: string; json?: true }): Promise<void> {
  const [{ databaseUrl }, { openReport }, { audit: prove }, { CannotRun }, print] = await Promise.all([
    import('./terminal/target.ts'),
    import('./terminal/openReport.ts'),
    import('../audit/audit.ts'),
    import('../domain/errors.ts'),
    import('./terminal/print.ts'),
  ]);
  const pool = await openReport(await databaseUrl(), 'audit');
  try {
    const found = await prove(pool, tenant);
    if (Object.keys(found.flows).length === 0) throw new CannotRun(`Cannot audit ${tenant} as the database holds no log of it`);
    if (!found.ok) process.exitCode = 1;
    if (json === true) return print.printJson(found);
    const columns = ['accepted', 'reflex', 'case', 'recorded', 'unrouted', 'expired', 'quarantined', 'waiting'] as const;
    print.printTable(
      ['FLOW', ...columns.map((name) => name.toUpperCase())],
      Object.entries(found.flows).map(([name, counts]) => [name, ...columns.map((column) => String(counts[column]))]),
    );
    for (const finding of found.findings) print.printLine(finding);
    print.printLine(found.ok ? 'It adds up.' : `It does not add up: ${found.findings.length} findings`);
  } finally {
    await pool.end();
  }
}
