/** What reviewers do before a verdict: `approvals claim|release|ask|answer`. */
import { Command, InvalidArgumentError } from 'commander';
import type { Approval, FurtherQuestion } from '../wire/approval.ts';
import { printJson, printLine } from './terminal/print.ts';

const ID = 'an id like apr_fraud.17.0';
const path = (id: string, end: string): string => `/v1/approvals/${encodeURIComponent(id)}/${end}`;

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
    .action((id: string, options: { json?: true }) => review(id, { end: 'claim', ...options }));
  const release = new Command('release')
    .description("end your claim, or with the scope admin anybody's")
    .argument('<approval>', ID)
    .option('--json', 'print the approval as the API gives it')
    .addHelpText('after', '\nExample:\n  signalbox approvals release apr_fraud.17.0')
    .action((id: string, options: { json?: true }) => review(id, { end: 'release', ...options }));
  const ask = new Command('ask')
    .description('ask for more information; the deadline goes on')
    .argument('<approval>', ID)
    .requiredOption('--question <text>', 'what you want to know')
    .option('--json', 'print the approval as the API gives it')
    .addHelpText('after', "\nExample:\n  signalbox approvals ask apr_fraud.17.0 --question 'is the customer abroad?'")
    .action((id: string, { question, json }: { question: string; json?: true }) =>
      review(id, { end: 'questions', body: { question }, ...(json === undefined ? {} : { json }) }),
    );
  const answer = new Command('answer')
    .description('answer a question; exit 1 where it has another answer')
    .argument('<approval>', ID)
    .argument('<n>', 'the number of the question', numberOf)
    .requiredOption('--answer <text>', 'what you know')
    .option('--json', 'print the question as the API gives it')
    .addHelpText('after', "\nExample:\n  signalbox approvals answer apr_fraud.17.0 1 --answer 'yes, since Monday'")
    .action(answerQuestion);
  return [claim, release, ask, answer];
}

interface Review {
  readonly end: 'claim' | 'release' | 'questions';
  readonly body?: object;
  readonly json?: true;
}

async function send<Answer>(to: string, body: object): Promise<Answer> {
  const { openService } = await import('./terminal/target.ts');
  const service = await openService();
  return service.ask<Answer>(to, { method: 'POST', contentType: 'application/json', body: JSON.stringify(body) });
}

async function review(id: string, { end, body = {}, json }: Review): Promise<void> {
  const reviewed = await send<Approval>(path(id, end), body);
  if (json === true) return printJson(reviewed);
  const { claim, questions } = reviewed;
  const asked = questions.at(-1);
  if (end === 'questions') printLine(`${reviewed.id}  question ${asked?.n}: ${asked?.question}`);
  else printLine(`${reviewed.id}  ${claim === null ? 'nobody has claimed it' : `claimed by ${claim.by} until ${claim.until}`}`);
}

async function answerQuestion(id: string, n: number, { answer, json }: { answer: string; json?: true }): Promise<void> {
  const answered = await send<FurtherQuestion>(path(id, `questions/${n}/answer`), { answer });
  if (json === true) printJson(answered);
  else printLine(`${id}  question ${n}: ${answered.question}  answer: ${answer}`);
}
