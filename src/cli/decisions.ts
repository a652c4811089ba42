import { Command } from 'commander';
import { type ListOptions, pageOf, printPage, withLast } from './terminal/listOptions.ts';
import { printJson, printLine, printTable } from './terminal/print.ts';

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

export function decisions(): Command {
  const command = new Command('decisions').description('what was decided');
  withLast(command.command('list').description('decisions in the order in which they were recorded'))
    .option('--flow <name>')
    .option('--subject <subject>')
    .option('--outcome <outcome>')
    .addHelpText('after', '\nExample:\n  signalbox decisions list --flow fraud --outcome decline --last 20')
    .action(list);
  command
    .command('get')
    .description('one decision with its reasons and what each rung found')
    .argument('<decision>', 'an id like dec_fraud.17.0')
    .option('--json', 'print it as the API gives it')
    .addHelpText('after', '\nExample:\n  signalbox decisions get dec_fraud.17.0')
    .action(get);
  return command;
}

async function list(options: ListOptions & { flow?: string; subject?: string; outcome?: string }): Promise<void> {
  const { openClient } = await import('./terminal/target.ts');
  const { flow, subject, outcome } = options;
  printPage(await (await openClient()).decisions({ flow, subject, outcome, ...pageOf(options) }), {
    json: options.json,
    header: ['AT', 'DECISION', 'SUBJECT', 'OUTCOME', 'CONFIDENCE', 'RUNG'],
    row: (item) => [
      item.at,
      item.id,
      item.subject,
      `${item.outcome}${item.provisional ? ' (provisional)' : ''}`,
      // what holds until somebody decides is nobody's certainty
      item.provisional ? '-' : percent(item.confidence),
      item.provisional && item.rung === 'default' ? '-' : item.rung,
    ],
  });
}

async function get(id: string, { json }: { json?: true }): Promise<void> {
  const { openClient } = await import('./terminal/target.ts');
  const decision = await (await openClient()).decision(id);
  if (json === true) return printJson(decision);
  const { outcome, confidence, rung, policy, at, flow, subject, event, provisional, revises } = decision;
  printLine(
    `${decision.id}: ${outcome}${provisional ? ' (provisional)' : ''}, ${percent(confidence)} sure, by ${rung} under ${policy}, ${at}`,
  );
  printLine(
    `on ${event.type} ${event.event} (${event.source} ${event.id}), ${flow} ${subject}${revises === null ? '' : `, revises ${revises}`}`,
  );
  if (decision.truth !== null) printLine(`it turned out: ${decision.truth.truth}, ${decision.truth.at}, by ${decision.truth.event}`);
  printTable(
    ['REASON', 'WEIGHT', 'TEXT'],
    decision.reasons.map(({ code, weight, text }) => [code, weight === undefined ? '' : weight.toFixed(3), text]),
  );
  printTable(
    ['RUNG', 'MS', 'FOUND'],
    decision.rungs.map((found) => [found.rung, String(found.ms), found.abstained ?? `${found.outcome ?? ''} ${found.confidence ?? ''}`]),
  );
  const { llmCalls } = decision;
  if (llmCalls.length === 0) return;
  printTable(
    ['LLM', 'PROMPT', 'STEP', 'ENDED', 'MS', 'COST USD'],
    llmCalls.map(({ model, prompt, step, state, code, note, ms, costUsd }) => [
      ...[model, prompt, step, [state, code, note].filter((part) => part !== null).join(': '), String(ms), costUsd.toFixed(6)],
    ]),
  );
}
