import { Command, Option } from 'commander';
import type { Reason } from '../domain/decision.ts';
import { shownNumber } from '../domain/shownNumber.ts';
import type { Approval } from '../wire/approval.ts';
import { handedText, reviews } from './reviews.ts';
import { type ListOptions, pageOf, printPage, withListOptions } from './terminal/listOptions.ts';
import { printJson, printLine, printTable } from './terminal/print.ts';
import { valueLines } from './valueLines.ts';

export function approvals(): Command {
  const command = new Command('approvals').description('questions to people');
  withListOptions(command.command('list').description('the open ones, oldest first'))
    .addOption(new Option('--state <state>', 'those, in place of the open ones').choices(['open', 'decided', 'expired', 'all']))
    .option('--flow <name>')
    .option('--for-me', 'those that were handed on to you, or to a role of yours')
    .addHelpText('after', '\nExample:\n  signalbox approvals list --state all')
    .action(list);
  command
    .command('get')
    .description('one approval with its evidence')
    .argument('<approval>', 'an id like apr_fraud.17.0')
    .option('--json', 'print it as the API gives it')
    .addHelpText('after', '\nExample:\n  signalbox approvals get apr_fraud.17.0')
    .action(get);
  command.addCommand(give('approve')).addCommand(give('reject'));
  for (const review of reviews()) command.addCommand(review);
  return command;
}

const REASONS = { approve: 'called the customer', reject: 'the customer knows nothing of it' } as const;

function give(verdict: 'approve' | 'reject'): Command {
  return new Command(verdict)
    .description(`${verdict} what is proposed; exit 1 where another verdict was first or the approval is over`)
    .argument('<approval>', 'an id like apr_fraud.17.0')
    .requiredOption('--reason <text>', 'why; kept with the verdict')
    .option('--changes <json>', 'changes to the proposed result, where the policy allows them')
    .option('--json', 'print the approval as the API gives it')
    .addHelpText('after', `\nExample:\n  signalbox approvals ${verdict} apr_fraud.17.0 --reason '${REASONS[verdict]}'`)
    .action((id: string, options: { reason: string; changes?: string; json?: true }) => answer(id, { ...options, verdict }));
}

function line({ id, state, subject, question, proposed, deadline, verdict, votes, needed }: Approval): string {
  const counted = needed === 1 ? '' : `, ${votes.length} of ${needed} have approved`;
  const now =
    verdict === null
      ? `open until ${deadline}${counted}`
      : `${state}: ${verdict.verdict} by ${verdict.actor} (${verdict.via}): ${verdict.reason}`;
  return `${id}  ${subject}  ${question}  proposed ${proposed.outcome}  ${now}`;
}

async function list(options: ListOptions & { state?: string; flow?: string; forMe?: true }): Promise<void> {
  const { openClient } = await import('./terminal/target.ts');
  const { state, flow, forMe } = options;
  printPage(await (await openClient()).approvals({ state, flow, handed: forMe && 'me', ...pageOf(options) }), {
    json: options.json,
    header: ['APPROVAL', 'STATE', 'SUBJECT', 'PROPOSED', 'DEADLINE', 'DEFAULT', 'QUESTION'],
    row: (item) => [item.id, item.state, item.subject, item.proposed.outcome, item.deadline, item.default, item.question],
  });
}

async function get(id: string, { json }: { json?: true }): Promise<void> {
  const { openClient } = await import('./terminal/target.ts');
  const approval = await (await openClient()).approval(id);
  if (json === true) return printJson(approval);
  for (const text of approvalLines(approval)) printLine(text);
  const { reasons, factors: _, ...evidence } = approval.evidence as { reasons?: readonly Reason[] } & Record<string, unknown>;
  if (reasons !== undefined && reasons.length > 0)
    printTable(
      ['REASON', 'WEIGHT', 'TEXT'],
      reasons.map(({ code, weight, text }) => [code, weight === undefined ? '' : shownNumber(weight), text]),
    );
  for (const text of valueLines({ evidence }, '')) printLine(text);
}

function approvalLines(approval: Approval): string[] {
  const { id, state, flow, subject, event, question, proposed, deadline, asked, claim, votes, needed, questions, verdict, rejected } =
    approval;
  const open = state === 'open';
  return [
    `${id}  ${state}: ${question}`,
    `  about: ${flow} ${subject}, ${event.type} ${event.event} (${event.source} ${event.id})`,
    `  asked: ${asked.length === 0 ? 'everyone who may give verdicts' : asked.join(', ')}${needed === 1 ? '' : `; ${votes.length} of ${needed} have approved`}`,
    ...(open ? [`  until: ${deadline}, then ${approval.default}`] : []),
    `  approve: ${proposed.outcome}${Object.keys(proposed.result).length === 0 ? '' : ` ${JSON.stringify(proposed.result)}`}`,
    ...(rejected === null ? [] : [`  reject: ${rejected}`]),
    ...(verdict === null ? [] : [`  verdict: ${verdict.verdict} by ${verdict.actor} (${verdict.via}) at ${verdict.at}: ${verdict.reason}`]),
    ...(approval.handed === null ? [] : [`  ${handedText(approval)}`]),
    ...(claim === null ? [] : [`  claimed by ${claim.by} until ${claim.until}`]),
    ...votes.map((vote) => `  vote: ${vote.verdict} by ${vote.actor}: ${vote.reason}`),
    ...questions.map(
      ({ n, askedBy, question: text, answer: said, answeredBy }) =>
        `  question ${n} by ${askedBy}: ${text}  ${said === null ? 'no answer yet' : `${answeredBy}: ${said}`}`,
    ),
  ];
}

async function answer(
  id: string,
  { verdict, reason, changes, json }: { verdict: 'approve' | 'reject'; reason: string; changes?: string; json?: true },
): Promise<void> {
  const { openClient } = await import('./terminal/target.ts');
  const { CannotRun } = await import('../domain/errors.ts');
  let changed: unknown;
  try {
    changed = changes === undefined ? undefined : JSON.parse(changes);
  } catch (error) {
    throw new CannotRun(`Cannot read --changes as it must be JSON: ${(error as Error).message}`);
  }
  const approval = await (await openClient()).verdict(id, { verdict, reason, changes: changed, via: 'cli' });
  if (json === true) printJson(approval);
  else printLine(line(approval));
}
