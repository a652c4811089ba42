import { text as readAll } from 'node:stream/consumers';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Page } from '../wire/list.ts';
import { WEBHOOK_PROVIDERS, type Webhook, type WebhookMade, type WebhookSettings, type WebhookTried } from '../wire/webhook.ts';
import { printJson, printLine, printTable, say } from './terminal/print.ts';
import { readOrSay } from './terminal/readOrSay.ts';

const SECRET = 'a file that holds the secret as the provider shows it, `-` for standard input; without it one is made and printed once';

export function webhooks(): Command {
  const command = new Command('webhooks').description(
    'requests of providers (Stripe, Shopify, GitHub, Slack, Standard Webhooks, any HMAC)',
  );
  command
    .command('add')
    .description('take what a provider posts to /v1/webhooks/<source>')
    .argument('<source>', 'the name in the address')
    .addOption(
      new Option('--provider <name>', 'how it signs, and which mapping comes with it').choices(WEBHOOK_PROVIDERS).default('standard'),
    )
    .option('--secret-file <file>', SECRET)
    .option('--mapping <file>', 'YAML, in place of the mapping that comes with the provider')
    .option(
      '--set <name=value>',
      'for hmac: header, prefix, algorithm, encoding, timestampHeader, idHeader, typeHeader; repeat it',
      settingsOf,
      {},
    )
    .option('--origin <name>', 'may ask by OPTIONS (CloudEvents); repeat it', (one: string, all: string[]) => [...all, one], [])
    .option('--json', 'print it as the API gives it')
    .addHelpText(
      'after',
      '\nExamples:\n  signalbox webhooks add stripe --provider stripe --secret-file stripe.secret\n  signalbox webhooks add billing --provider hmac --set header=X-Signature --set prefix=sha256=',
    )
    .action(add);
  command
    .command('list')
    .description('the first 1,000; no secret is shown')
    .option('--json', 'print {items, next, more} as the API gives it')
    .addHelpText('after', '\nExample:\n  signalbox webhooks list')
    .action(list);
  command
    .command('rotate')
    .description('take a further secret; those before it stay valid for a while')
    .argument('<source>')
    .option('--secret-file <file>', SECRET)
    .option('--keep-hours <hours>', 'how long the old ones stay valid', hoursOf, 24)
    .option('--json', 'print it as the API gives it')
    .addHelpText('after', '\nExample:\n  signalbox webhooks rotate stripe --secret-file new.secret --keep-hours 48')
    .action(rotate);
  command
    .command('map')
    .description('use another mapping from now on')
    .argument('<source>')
    .argument('[file]', 'YAML; without it, the mapping that comes with the provider')
    .option('--json', 'print it as the API gives it')
    .addHelpText('after', '\nExample:\n  signalbox webhooks map stripe stripe.yaml')
    .action(map);
  command
    .command('test')
    .description('tell what a body would become; nothing is stored')
    .argument('<source>')
    .option('--body <file>', 'JSON as the provider would send it; without it, a sample')
    .option('--header <name=value>', 'of the request; repeat it', settingsOf, {})
    .option('--json', 'print it as the API gives it')
    .addHelpText('after', '\nExample:\n  signalbox webhooks test stripe --body dispute.json')
    .action(test);
  for (const what of ['disable', 'enable'] as const)
    command
      .command(what)
      .description(what === 'disable' ? 'take nothing more from it' : 'take its requests again')
      .argument('<source>')
      .option('--json', 'print it as the API gives it')
      .addHelpText('after', `\nExample:\n  signalbox webhooks ${what} stripe`)
      .action((source: string, options: { json?: true }) => setState(source, what, options));
  return command;
}

function settingsOf(text: string, all: Record<string, string>): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must be a name, an equals sign and a value.');
  return { ...all, [text.slice(0, at)]: text.slice(at + 1) };
}

function hoursOf(text: string): number {
  const hours = /^\d{1,3}$/.test(text) ? Number(text) : 721;
  if (hours > 720) throw new InvalidArgumentError('It must be a whole number from 0 to 720.');
  return hours;
}

/** An editor's line end belongs to the file, not to the secret. */
async function secretIn(file: string | undefined): Promise<{ secret?: string }> {
  if (file === undefined) return {};
  const text = file === '-' ? await readAll(process.stdin) : await readOrSay(file);
  return { secret: text.replace(/\r?\n$/, '') };
}

async function send<T>(path: string, body?: object): Promise<T> {
  const { openService } = await import('./terminal/target.ts');
  const sent = body === undefined ? {} : { contentType: 'application/json', body: JSON.stringify(body) };
  return (await openService()).ask<T>(path, { method: 'POST', ...sent });
}

const pathOf = (source: string, what: string): string => `/v1/webhooks/${encodeURIComponent(source)}/${what}`;

interface Adding {
  provider: string;
  secretFile?: string;
  mapping?: string;
  set: WebhookSettings;
  origin: string[];
  json?: true;
}

async function add(source: string, { provider, secretFile, mapping, set, origin, json }: Adding): Promise<void> {
  const settings = { ...set, ...(origin.length === 0 ? {} : { origins: origin }) };
  const text = mapping === undefined ? {} : { mapping: await readOrSay(mapping) };
  tellMade(await send<WebhookMade>('/v1/webhooks', { source, provider, settings, ...text, ...(await secretIn(secretFile)) }), json);
}

function tellMade(made: WebhookMade, json: true | undefined): void {
  if (json === true) {
    printJson(made);
    return;
  }
  printLine(`${made.source}  ${made.provider}  POST ${made.path}`);
  if (made.secret === null) return;
  say('The secret is not shown again: give it to the sender.');
  printLine(made.secret);
}

async function list({ json }: { json?: true }): Promise<void> {
  const { openService } = await import('./terminal/target.ts');
  const page = await (await openService()).ask<Page<Webhook>>('/v1/webhooks?limit=1000');
  if (json === true) return printJson(page);
  const rows = page.items.map(({ source, provider, state, mapping, secrets, requests, path }) => [
    ...[
      source,
      provider,
      state,
      mapping === null ? 'preset' : 'own',
      requests.map(({ result, count }) => `${count} ${result}`).join(', ') || '-',
    ],
    ...[secrets.map(({ number, until }) => (until === null ? String(number) : `${number} until ${until}`)).join(', '), path],
  ]);
  printTable(['SOURCE', 'PROVIDER', 'STATE', 'MAPPING', 'REQUESTS', 'SECRETS', 'PATH'], rows);
}

async function rotate(
  source: string,
  { secretFile, keepHours, json }: { secretFile?: string; keepHours: number; json?: true },
): Promise<void> {
  tellMade(await send<WebhookMade>(pathOf(source, 'rotate'), { keepHours, ...(await secretIn(secretFile)) }), json);
}

async function map(source: string, file: string | undefined, { json }: { json?: true }): Promise<void> {
  const mapping = file === undefined ? null : await readOrSay(file);
  tellState(await send<Webhook>(pathOf(source, 'mapping'), { mapping }), json);
}

async function setState(source: string, what: 'disable' | 'enable', { json }: { json?: true }): Promise<void> {
  tellState(await send<Webhook>(pathOf(source, what)), json);
}

function tellState(webhook: Webhook, json: true | undefined): void {
  if (json === true) printJson(webhook);
  else printLine(`${webhook.source}  ${webhook.provider}  ${webhook.state}  mapping: ${webhook.mapping === null ? 'preset' : 'own'}`);
}

async function test(source: string, { body, header, json }: { body?: string; header: Record<string, string>; json?: true }): Promise<void> {
  const given = body === undefined ? {} : { body: await jsonIn(body) };
  const tried = await send<WebhookTried>(pathOf(source, 'test'), { ...given, headers: header });
  if (tried.fault !== null) process.exitCode = 1;
  if (json === true) return printJson(tried);
  printLine(
    `${tried.theirType}  ->  ${String(tried.cloudevent.type)}${tried.flow === null ? ' (no flow takes it)' : `, flow ${tried.flow}`}`,
  );
  if (tried.fault !== null) printLine(tried.fault);
  printJson(tried.cloudevent);
}

async function jsonIn(file: string): Promise<unknown> {
  const { CannotRun } = await import('../domain/errors.ts');
  try {
    return JSON.parse(await readOrSay(file)) as unknown;
  } catch (error) {
    throw error instanceof CannotRun ? error : new CannotRun(`Cannot read ${file} as JSON`, { cause: error });
  }
}
