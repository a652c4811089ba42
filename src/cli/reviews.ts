/** Steps of reviewers before a verdict: `approvals claim|release|ask|answer|hand-on`. */
import { Command, InvalidArgumentError } from 'commander';
import type { Signalbox } from '../client/signalbox.ts';
import type { Approval } from '../wire/approval.ts';
import { printJson, printLine } from './terminal/print.ts';

const ID = 'an id like apr_fraud.17.0';

function numberOf(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new InvalidArgumentError('It must be the number of a question, from 1.');
  return Number(text);
}

export function reviews(): Command[] {
  const claim = new Command('claim')
    .description("take it for yourself: for 15 minutes nobody else's verdict is taken; exit 1 where somebody else has it")
    .argument('<approval>', ID)
    .option('--json', 'print the approval as the API gives it')
    .addHelpText('after', '\nExample:\n  signalbox approvals claim apr_fraud.17.0')
    .action((id: string, options: { json?: true }) => claims((client) => client.claim(id), options));
  const release = new Command('release')
    .description("end your claim, or with the scope admin anybody's")
    .argument('<approval>', ID)
    .option('--json', 'print the approval as the API gives it')
    .addHelpText('after', '\nExample:\n  signalbox approvals release apr_fraud.17.0')
    .action((id: string, options: { json?: true }) => claims((client) => client.release(id), options));
  const ask = new Command('ask')
    .description('ask for more information; the deadline goes on')
    .argument('<approval>', ID)
    .requiredOption('--question <text>', 'what you want to know')
    .option('--json', 'print the approval as the API gives it')
    .addHelpText('after', "\nExample:\n  signalbox approvals ask apr_fraud.17.0 --question 'is the customer abroad?'")
    .action(askMore);
  const answer = new Command('answer')
    .description('answer a question; exit 1 where it has another answer')
    .argument('<approval>', ID)
    .argument('<n>', 'the number of the question', numberOf)
    .requiredOption('--answer <text>', 'what you know')
    .option('--json', 'print the question as the API gives it')
    .addHelpText('after', "\nExample:\n  signalbox approvals answer apr_fraud.17.0 1 --answer 'yes, since Monday'")
    .action(answerQuestion);
  const handOn = new Command('hand-on')
    .description('give it to another person or role, who is then asked too; exit 1 where it cannot go there or is over')
    .argument('<approval>', ID)
    .option('--to <person>', 'the name of their key, or a mail address of a pool')
    .option('--to-role <role>', 'whoever holds it')
    .requiredOption('--reason <text>', 'why; kept with it')
    .option('--json', 'print the approval as the API gives it')
    .addHelpText(
      'after',
      "\nExample:\n  signalbox approvals hand-on apr_fraud.17.0 --to-role fraud-lead --reason 'above what I may say yes to'",
    )
    .action(giveOn);
  return [claim, release, ask, answer, handOn];
}

async function open(): Promise<Signalbox> {
  const { openClient } = await import('./terminal/target.ts');
  return openClient();
}

async function claims(change: (client: Signalbox) => Promise<Approval>, { json }: { json?: true }): Promise<void> {
  const reviewed = await change(await open());
  if (json === true) return printJson(reviewed);
  const { id, claim } = reviewed;
  printLine(`${id}  ${claim === null ? 'nobody has claimed it' : `claimed by ${claim.by} until ${claim.until}`}`);
}

async function askMore(approval: string, { question, json }: { question: string; json?: true }): Promise<void> {
  const reviewed = await (await open()).ask(approval, question);
  if (json === true) return printJson(reviewed);
  const asked = reviewed.questions.at(-1);
  printLine(`${reviewed.id}  question ${asked?.n}: ${asked?.question}`);
}

interface GivingOn {
  readonly to?: string;
  readonly toRole?: string;
  readonly reason: string;
  readonly json?: true;
}

async function giveOn(id: string, { to, toRole, reason, json }: GivingOn): Promise<void> {
  const { CannotRun } = await import('../domain/errors.ts');
  if ((to === undefined) === (toRole === undefined))
    throw new CannotRun('Cannot hand it on as it must be --to a person or --to-role a role');
  const receiver = to === undefined ? { role: toRole } : { person: to };
  const { openService } = await import('./terminal/target.ts');
  const call = { method: 'POST', contentType: 'application/json', body: JSON.stringify({ to: receiver, reason }) } as const;
  const given = await (await openService()).ask<Approval>(`/v1/approvals/${encodeURIComponent(id)}/hand-on`, call);
  if (json === true) printJson(given);
  else printLine(`${given.id}  ${handedText(given)}`);
}

/** `handed on to bob by ann: not my area`; empty if nobody handed it on. */
export function handedText({ handed }: Approval): string {
  if (handed === null) return '';
  return `handed on to ${'person' in handed.to ? handed.to.person : `the role ${handed.to.role}`} by ${handed.by}: ${handed.reason}`;
}

async function answerQuestion(id: string, n: number, { answer, json }: { answer: string; json?: true }): Promise<void> {
  const answered = await (await open()).answer(id, n, answer);
  if (json === true) printJson(answered);
  else printLine(`${id}  question ${n}: ${answered.question}  answer: ${answer}`);
}
