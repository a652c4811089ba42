import { Command } from 'commander';
import type { StoredEvent } from '../wire/event.ts';
import type { Page } from '../wire/list.ts';
import { countUpTo, queryOf } from './listOptions.ts';
import { printJson, printLine } from './print.ts';
import { storedLines } from './receipt.ts';

export function events(): Command {
  const command = new Command('events').description('what has happened');
  command.addCommand(send()).addCommand(tail()).addCommand(get());
  return command;
}

function send(): Command {
  return new Command('send')
    .description('send an event, or several: a CloudEvent or an array of them in JSON, or one made from the options')
    .argument('[file]', 'a file, or - for standard input')
    .option('--type <type>', 'an event made here: its type')
    .option('--source <source>', 'its source', '/cli')
    .option('--id <id>', 'its id; a new one unless given')
    .option('--time <time>', 'when it happened, RFC 3339')
    .option('--data <json>', 'its data')
    .option('--wait <seconds>', 'wait for the final decision', countUpTo(60))
    .option('--json', 'print the receipt as the API gives it')
    .addHelpText(
      'after',
      `
Examples:
  signalbox events send --type payment.attempted --id p-1 --data '{"paymentId":"p-1","cardId":"c-1","terminalId":"t-1","amount":12.5,"currency":"EUR"}'
  signalbox events send payment.json --wait 5`,
    )
    .action(async (file: string | undefined, options: object) => {
      const { sendEvents } = await import('./sendEvents.ts');
      await sendEvents(file, options as Parameters<typeof sendEvents>[1]);
    });
}

function tail(): Command {
  return new Command('tail')
    .description('print events as they are accepted, until interrupted')
    .option('--flow <name>')
    .option('--type <type>')
    .option('--after <cursor>', 'from there on; from now on unless given')
    .option('--from-start', 'from the first event on')
    .option('--json', 'one JSON object a line')
    .addHelpText('after', '\nExample:\n  signalbox events tail --flow fraud --json | jq .decision.outcome')
    .action(async (options: object) => {
      const { tailEvents } = await import('./tailEvents.ts');
      await tailEvents(options);
    });
}

function get(): Command {
  return new Command('get')
    .description('one event, its decisions and what became of it')
    .argument('<event>', 'an id like evt_fraud.17, or with --source the id that the sender gave')
    .option('--source <source>', 'look it up as the sender named it')
    .option('--json', 'print it as the API gives it')
    .addHelpText('after', '\nExamples:\n  signalbox events get evt_fraud.17\n  signalbox events get p-1 --source /shop')
    .action(async (id: string, { source, json }: { source?: string; json?: true }) => {
      const { openService } = await import('./target.ts');
      const { Refused } = await import('../client/serviceClient.ts');
      const service = await openService();
      let found: StoredEvent | undefined;
      if (source === undefined) found = await service.ask<StoredEvent>(`/v1/events/${encodeURIComponent(id)}`);
      else found = (await service.ask<Page<StoredEvent>>(`/v1/events${queryOf({ source, id })}`)).items[0];
      if (found === undefined) {
        const body = { code: 'not-found', title: `There is no event ${id} of ${source}` };
        throw new Refused({ status: 404, retryAfterSeconds: null, body });
      }
      if (json === true) printJson(found);
      else for (const line of storedLines(found)) printLine(line);
    });
}
