import { Command } from 'commander';
import type { Signalbox } from '../client/signalbox.ts';
import { CAUSE_DEPTH_MAX, CAUSE_NODES_MAX } from '../wire/causes.ts';
import type { StoredEvent } from '../wire/event.ts';
import { countUpTo, type ListOptions, pageOf, printPage, withLast } from './terminal/listOptions.ts';
import { printJson, printLine } from './terminal/print.ts';
import { decided, storedLines } from './terminal/receipt.ts';

const SENDERS_SHOWN_MAX = 5;

export function events(): Command {
  const command = new Command('events').description('what has happened');
  command.addCommand(send()).addCommand(tail()).addCommand(list()).addCommand(get()).addCommand(graph()).addCommand(whyNot());
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

function list(): Command {
  return withLast(new Command('list').description('stored events, in the order in which they were accepted'))
    .option('--flow <name>')
    .option('--type <type>')
    .option('--source <source>')
    .option('--id <id>', 'as the sender gave it')
    .addHelpText('after', '\nExample:\n  signalbox events list --flow fraud --last 20')
    .action(async (options: ListOptions & { flow?: string; type?: string; source?: string; id?: string }) => {
      const { openClient } = await import('./terminal/target.ts');
      const { flow, type, source, id } = options;
      printPage(await (await openClient()).events({ flow, type, source, id, ...pageOf(options) }), {
        json: options.json,
        header: ['ACCEPTED', 'EVENT', 'TYPE', 'SUBJECT', 'STATUS', 'DECISION', 'SOURCE', 'ID'],
        row: (event) => [
          ...[event.acceptedAt, event.event, typeOf(event), event.subject ?? '-', event.status],
          ...[event.decision === null ? '-' : decided(event.decision), event.source, event.id],
        ],
      });
    });
}

/** Null where the body was given up. */
function typeOf({ cloudevent }: StoredEvent): string {
  const { type } = (cloudevent ?? {}) as { type?: unknown };
  return typeof type === 'string' ? type : '-';
}

function get(): Command {
  return new Command('get')
    .description('one event, its decisions and what became of it')
    .argument('<event>', 'an id like evt_fraud.17, or the id that the sender gave')
    .option('--source <source>', 'whose id it is, where several senders gave the same')
    .option('--json', 'print it as the API gives it')
    .addHelpText(
      'after',
      '\nExamples:\n  signalbox events get evt_fraud.17\n  signalbox events get p-1\n  signalbox events get p-1 --source /shop',
    )
    .action(async (id: string, { source, json }: { source?: string; json?: true }) => {
      const { openClient } = await import('./terminal/target.ts');
      const found = await find(await openClient(), id, source);
      if (json === true) printJson(found);
      else for (const line of storedLines(found)) printLine(line);
    });
}

function graph(): Command {
  return new Command('graph')
    .description('what caused what: what led to an event, its case, calls and actions, and the events that followed')
    .argument('<event>', 'an id like evt_fraud.17, or the id that the sender gave')
    .option('--depth <count>', 'events one after the other, each way', countUpTo(CAUSE_DEPTH_MAX))
    .option('--nodes <count>', 'how much is shown at most', countUpTo(CAUSE_NODES_MAX))
    .option('--source <source>', 'whose id it is, where several senders gave the same')
    .option('--json', 'print it as the API gives it')
    .addHelpText('after', '\nExamples:\n  signalbox events graph evt_fraud.17\n  signalbox events graph p-1 --depth 2')
    .action(async (id: string, { source, ...options }: { source?: string; depth?: number; nodes?: number; json?: true }) => {
      const { openClient } = await import('./terminal/target.ts');
      const { printCauses } = await import('./terminal/printCauses.ts');
      await printCauses((await find(await openClient(), id, source)).event, options);
    });
}

function whyNot(): Command {
  return new Command('why-not')
    .description('why an outcome did not happen: what had to hold, what was seen, what was needed')
    .argument('<event>', 'an id like evt_fraud.17, or the id that the sender gave')
    .option('--outcome <name>', 'of any flow; all of them unless given')
    .option('--source <source>', 'whose id it is, where several senders gave the same')
    .option('--json', 'print it as the API gives it')
    .addHelpText('after', '\nExamples:\n  signalbox events why-not evt_fraud.17 --outcome approve\n  signalbox events why-not p-1')
    .action(async (id: string, { source, ...options }: { source?: string; outcome?: string; json?: true }) => {
      const { openClient } = await import('./terminal/target.ts');
      const { printWhyNot } = await import('./terminal/printWhyNot.ts');
      await printWhyNot((await find(await openClient(), id, source)).event, options);
    });
}

/** By our id, or by the sender's; throws Refused where there is none, or several. */
async function find(client: Signalbox, id: string, source: string | undefined): Promise<StoredEvent> {
  const { Refused } = await import('../client/serviceClient.ts');
  if (source === undefined && id.startsWith('evt_')) {
    const ours = await client.event(id).catch((error: unknown) => {
      if (error instanceof Refused && error.status === 404) return null;
      throw error;
    });
    if (ours !== null) return ours;
  }
  const { items, more } = await client.events({ source, id, limit: SENDERS_SHOWN_MAX });
  const [found] = items;
  if (found !== undefined && items.length === 1) return found;
  const of = source === undefined ? 'any sender' : source;
  const title =
    found === undefined
      ? `There is no event ${id} of ${of}`
      : `Several senders gave an event the id ${id}: say which by --source ${items.map((event) => event.source).join(', ')}${more ? ', ...' : ''}`;
  throw new Refused({ status: 404, retryAfterSeconds: null, body: { code: 'not-found', title } });
}
