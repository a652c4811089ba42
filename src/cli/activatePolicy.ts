/** `signalbox policy activate`: switches a file on, from the next batch on, everywhere. */
import { Command } from 'commander';
import type { PolicyChange } from '../wire/policy.ts';

interface Options {
  flow: string;
  note?: string;
  ifActive?: string;
  json?: true;
}

export function activatePolicyVerb(): Command {
  return new Command('activate')
    .argument('<file>', 'a policy.yaml')
    .description('check a policy and switch it on; it stays on over restarts, until another one or `flow activate --with-policy`')
    .requiredOption('--flow <name>', 'the flow that it is for')
    .option('--note <text>', 'why, for whoever asks later')
    .option('--if-active <version>', 'only where this one is active still')
    .option('--json', 'print {version, previous, changed, warnings}')
    .addHelpText('after', "\nExample:\n  signalbox policy activate policy.yaml --flow fraud --note 'more reviews over the holidays'")
    .action(activate);
}

async function activate(path: string, { flow, note, ifActive, json }: Options): Promise<void> {
  const [{ readPolicyFile }, { openService }, { printJson, printLine, say }] = await Promise.all([
    import('./terminal/readPolicyFile.ts'),
    import('./terminal/target.ts'),
    import('./terminal/print.ts'),
  ]);
  const text = await readPolicyFile(path);
  const service = await openService();
  const change = await service.ask<PolicyChange>(`/v1/flows/${encodeURIComponent(flow)}/policies`, {
    method: 'POST',
    contentType: 'application/json',
    body: JSON.stringify({ text, ...(note === undefined ? {} : { note }) }),
    ...(ifActive === undefined ? {} : { headers: { 'if-match': `"${ifActive}"` } }),
  });
  if (json === true) return printJson(change);
  for (const { pointer, detail } of change.warnings) say(`${path} ${pointer} warning: ${detail}`);
  printLine(
    change.changed
      ? `${flow}: policy ${change.previous ?? 'none'} -> ${change.version}`
      : `nothing to switch: the content of ${change.version} is active already`,
  );
}
