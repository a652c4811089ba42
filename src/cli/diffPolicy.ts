/** `signalbox policy diff`: what differs between the contents of two policies. */
import { Command } from 'commander';
import type { PolicyDifference } from '../policy/policyDiff.ts';
import type { StoredPolicy } from '../wire/policy.ts';

const VALUE_CHARS_MAX = 300;
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
  const [{ diffPolicies }, { printJson, printLine }] = await Promise.all([
    import('../policy/policyDiff.ts'),
    import('./terminal/print.ts'),
  ]);
  const [from, to] = b === undefined ? ['active', a] : [a, b];
  const differences = diffPolicies(await contentOf(flow, from), await contentOf(flow, to));
  if (differences.length > 0) process.exitCode = 1;
  if (json === true) return printJson({ from, to, differences });
  for (const difference of differences) for (const line of linesOf(difference)) printLine(line);
  if (differences.length === 0) printLine(`${from} and ${to} have the same content`);
}

/** Two files need no service. */
async function contentOf(flow: string, name: string): Promise<unknown> {
  if (name === 'active' || VERSION.test(name)) {
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

function linesOf(difference: PolicyDifference): string[] {
  const { pointer, from, to } = difference;
  const at = pointer === '' ? '/' : pointer;
  if (typeof from === 'string' && typeof to === 'string' && (from.includes('\n') || to.includes('\n')))
    return [`${at}:`, ...changedLines(from, to)];
  return [`${at}: ${'from' in difference ? shown(from) : '(none)'} -> ${'to' in difference ? shown(to) : '(none)'}`];
}

/** From the first line that differs to the last. */
function changedLines(from: string, to: string): string[] {
  const [before, after] = [from.split('\n'), to.split('\n')];
  const shortest = Math.min(before.length, after.length);
  let same = 0;
  while (same < shortest && before[same] === after[same]) same += 1;
  let sameAtEnd = 0;
  while (sameAtEnd < shortest - same && before.at(-1 - sameAtEnd) === after.at(-1 - sameAtEnd)) sameAtEnd += 1;
  const middle = (lines: string[]): string[] => lines.slice(same, lines.length - sameAtEnd);
  return [...middle(before).map((line) => `  - ${line}`), ...middle(after).map((line) => `  + ${line}`)];
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'none';
  return text.length > VALUE_CHARS_MAX ? `${text.slice(0, VALUE_CHARS_MAX)}...` : text;
}
