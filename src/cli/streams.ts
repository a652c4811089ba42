import { Command, Option } from 'commander';
import type { Stream } from '../wire/broker.ts';
import type { Page } from '../wire/list.ts';
import { printJson, printLine, printTable } from './terminal/print.ts';
import { readOrSay } from './terminal/readOrSay.ts';

export function streams(): Command {
  const command = new Command('streams').description('brokers that events come from: Kafka, NATS JetStream, MQTT 5');
  command
    .command('add')
    .description('take events from a broker')
    .argument('<name>')
    .addOption(new Option('--kind <kind>', 'which broker').choices(['kafka', 'nats', 'mqtt']).makeOptionMandatory())
    .requiredOption(
      '--url <url>',
      'like kafka://one:9092,two:9092, nats://host:4222, mqtt://host:1883; a name and password may stand in it',
    )
    .requiredOption('--from <place>', "Kafka's topic, the JetStream stream, MQTT's filter of topics")
    .option('--group <name>', "Kafka's group, MQTT's client id")
    .option('--publish-to <place>', 'tell decisions there')
    .option('--mapping <file>', 'YAML, for JSON that is no CloudEvent')
    .option('--json', 'print it as the API gives it')
    .addHelpText(
      'after',
      '\nExample:\n  signalbox streams add sales --kind kafka --url kafka://127.0.0.1:9092 --from sales --publish-to decisions',
    )
    .action(add);
  command
    .command('list')
    .description('what each is, and how far it was read')
    .option('--json', 'print {items, next, more} as the API gives it')
    .addHelpText('after', '\nExample:\n  signalbox streams list')
    .action(list);
  command
    .command('lag')
    .description('what waits in each; 1 where a running one fails')
    .option('--json', 'print {items, next, more} as the API gives it')
    .addHelpText('after', '\nExample:\n  signalbox streams lag')
    .action(lag);
  for (const what of ['pause', 'resume'] as const)
    command
      .command(what)
      .description(what === 'pause' ? 'read nothing more of it' : 'read on behind what was taken last')
      .argument('<name>')
      .option('--json', 'print it as the API gives it')
      .addHelpText('after', `\nExample:\n  signalbox streams ${what} sales`)
      .action((name: string, options: { json?: true }) => setState(name, what, options));
  return command;
}

interface Adding {
  kind: string;
  url: string;
  from: string;
  group?: string;
  publishTo?: string;
  mapping?: string;
  json?: true;
}

async function add(name: string, { kind, url, from, group, publishTo, mapping, json }: Adding): Promise<void> {
  const settings = { url, from, ...(group === undefined ? {} : { group }), ...(publishTo === undefined ? {} : { publishTo }) };
  const body = { name, kind, settings, ...(mapping === undefined ? {} : { mapping: await readOrSay(mapping) }) };
  const { openService } = await import('./terminal/target.ts');
  const service = await openService();
  tell(await service.ask<Stream>('/v1/streams', { method: 'POST', contentType: 'application/json', body: JSON.stringify(body) }), json);
}

async function setState(name: string, what: 'pause' | 'resume', { json }: { json?: true }): Promise<void> {
  const { openService } = await import('./terminal/target.ts');
  tell(await (await openService()).ask<Stream>(`/v1/streams/${encodeURIComponent(name)}/${what}`, { method: 'POST' }), json);
}

function tell(stream: Stream, json: true | undefined): void {
  if (json === true) printJson(stream);
  else printLine(`${stream.name}  ${stream.kind}  ${stream.state}  ${stream.url}  ${stream.from}`);
}

async function pageOf(): Promise<Page<Stream>> {
  const { openService } = await import('./terminal/target.ts');
  return (await openService()).ask<Page<Stream>>('/v1/streams?limit=1000');
}

async function list({ json }: { json?: true }): Promise<void> {
  const page = await pageOf();
  if (json === true) return printJson(page);
  printTable(
    ['STREAM', 'KIND', 'STATE', 'FROM', 'PUBLISHES TO', 'TAKEN', 'REPEATED', 'UNREAD', 'EMPTY', 'PUBLISHED', 'URL'],
    page.items.map(({ name, kind, state, from, publishTo, taken, repeated, unread, empty, published, url }) => [
      ...[name, kind, state, from, publishTo ?? '-'],
      ...[taken, repeated, unread, empty, published].map(String),
      url,
    ]),
  );
}

async function lag({ json }: { json?: true }): Promise<void> {
  const page = await pageOf();
  if (page.items.some(({ state, failure }) => state === 'running' && failure !== null)) process.exitCode = 1;
  if (json === true) return printJson(page);
  printTable(
    ['STREAM', 'STATE', 'LAG', 'SEEN', 'POSITION', 'FAILURE'],
    page.items.map(({ name, state, lag: waiting, seenAt, position, failure, gapAt }) => [
      ...[name, state, waiting === null ? '-' : String(waiting), seenAt ?? '-', position ?? '-'],
      failure ?? (gapAt === null ? '-' : `a gap is possible before ${gapAt}`),
    ]),
  );
}
