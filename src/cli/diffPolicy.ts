/** `signalbox policy diff`: what differs between the contents of two policies. */
import { Command } from 'commander';
import type { PolicyDiff, StoredPolicy } from '../wire/policy.ts';

const VERSION = /^[a-z][a-z0-9-]*@[0-9a-f]{12}$/;

export function diffPolicyVerb(): Command {
  return new Command('diff')
    .argument('<flow>')
    .argument('<a>', 'a version like fraud@0123456789ab, `active`, or a file')
    .argument('[b]', 'the same; without it, what <a> would change in the active one')
    .description('what differs between two policies; exit 1 where something does')
    .option('--json', 'print {from, to, differences}')
    .addHelpText('after', '\nExample:\n  signalbox policy diff fraud policy.yaml')
    .action(diff);
}

async function diff(flow: string, a: string, b: string | undefined, { json }: { json?: true }): Promise<void> {
  const { printJson, printLine } = await import('./terminal/print.ts');
  const [from, to] = b === undefined ? ['active', a] : [a, b];
  const differences = await differencesOf(flow, from, to);
  if (differences.length > 0) process.exitCode = 1;
  if (json === true) return printJson({ from, to, differences });
  for (const { pointer, text, meaning } of differences) {
    const [first = '', ...lines] = text.split('\n');
    printLine(`${pointer === '' ? '/' : pointer}: ${first}${meaning === null ? '' : `  (${meaning})`}`);
    for (const line of lines) printLine(`  ${line}`);
  }
  if (differences.length === 0) printLine(`${from} and ${to} have the same content`);
}

const isStored = (name: string): boolean => name === 'active' || VERSION.test(name);

/** The service compares what it holds; a file is compared here, in the same words. */
async function differencesOf(flow: string, from: string, to: string): Promise<PolicyDiff['differences']> {
  if (isStored(from) && isStored(to)) {
    const { openService } = await import('./terminal/target.ts');
    const path = `/v1/flows/${encodeURIComponent(flow)}/policies/${encodeURIComponent(to)}/diff?against=${encodeURIComponent(from)}`;
    return (await (await openService()).ask<PolicyDiff>(path)).differences;
  }
  const [{ diffPolicies }, { differenceText, meaningOf }] = await Promise.all([
    import('../policy/policyDiff.ts'),
    import('../policy/differenceWords.ts'),
  ]);
  return diffPolicies(await contentOf(flow, from), await contentOf(flow, to)).map((one) => ({
    ...{ ...one, path: [...one.path], text: differenceText(one), meaning: meaningOf(one) },
  }));
}

/** Two files need no service. */
async function contentOf(flow: string, name: string): Promise<unknown> {
  if (isStored(name)) {
    const { openService } = await import('./terminal/target.ts');
    const path = `/v1/flows/${encodeURIComponent(flow)}/policies/${encodeURIComponent(name)}`;
    return (await (await openService()).ask<StoredPolicy>(path)).content;
  }
  const [{ readPolicyFile }, { policyContent }, { CannotRun }] = await Promise.all([
    import('./terminal/readPolicyFile.ts'),
    import('../policy/policy.ts'),
    import('../domain/errors.ts'),
  ]);
  const text = await readPolicyFile(name);
  try {
    return policyContent(flow, text);
  } catch (error) {
    throw new CannotRun(`${name}: ${(error as Error).message}`, { cause: error });
  }
}
