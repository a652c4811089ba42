/**
 * `signalbox receive`: a small receiver of webhooks, to see what actions send and to copy from. It verifies each signature as a receiver has to, prints
 * what came, and answers 204; it keeps nothing. It takes mail to reviewers too, so that their links can be tried without a mail server.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Command } from 'commander';
import { countUpTo } from '../terminal/listOptions.ts';

const BODY_BYTES_MAX = 1024 * 1024;
/** Their tries are told from first ones. */
const KEYS_KNOWN_MAX = 1000;
const PORT_MAX = 65_535;

interface Options {
  readonly port: number;
  readonly mailPort: number;
  readonly host: string;
  readonly json?: true;
}

export function receive(): Command {
  return new Command('receive')
    .description('a small receiver of webhooks and mails: prints what is sent, and verifies it; says the settings to start with')
    .option('--port <port>', 'where it listens', countUpTo(PORT_MAX), 9000)
    .option('--mail-port <port>', 'where it takes mail', countUpTo(PORT_MAX), 9025)
    .option('--host <address>', 'of this machine', '127.0.0.1')
    .option('--json', 'one JSON object a line: {id, verified, again, message}, or {mail}')
    .addHelpText(
      'after',
      '\nIt verifies with SIGNALBOX_WEBHOOK_SECRET where that is set, else with a new secret, which it prints.\n\nExample:\n  signalbox receive',
    )
    .action(run);
}

async function run(options: Options): Promise<void> {
  const [{ readConfig }, { makeWebhookSecret }, { untilStopped }, { say }] = await Promise.all([
    import('../../settings/config.ts'),
    import('../../settings/webhookSecret.ts'),
    import('../terminal/untilStopped.ts'),
    import('../terminal/print.ts'),
  ]);
  const secret = readConfig().SIGNALBOX_WEBHOOK_SECRET ?? makeWebhookSecret();
  const server = await openReceiver(secret, options);
  const mail = await openMail(options).catch((error: unknown) => {
    server.close();
    throw error;
  });
  const { port, address, family } = server.address() as AddressInfo;
  const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}/`;
  say(`Listening on ${url} until Ctrl-C. Start Signalbox in another terminal with these settings:`);
  say(`  export SIGNALBOX_WEBHOOK_URL=${url}`);
  say(`  export SIGNALBOX_WEBHOOK_SECRET=${secret}`);
  say(`  export SIGNALBOX_SMTP_URL=${mail.url}`);
  say('  export SIGNALBOX_MAIL_FROM=signalbox@localhost.test');
  say('  npm start');
  await untilStopped();
  mail.close();
  server.closeAllConnections();
  server.close();
}

async function openMail({ host, mailPort: port, json }: Options) {
  const [{ mailLines, openMailReceiver }, print] = await Promise.all([import('./receiveMail.ts'), import('../terminal/print.ts')]);
  return openMailReceiver({ host, port }, (mail) =>
    json === true ? print.printJsonLine({ mail }) : mailLines(mail).forEach(print.printLine),
  );
}

async function openReceiver(secret: string, { host, port, json }: Options): Promise<Server> {
  const [{ Webhook }, { CannotRun }, print] = await Promise.all([
    import('standardwebhooks'),
    import('../../domain/errors.ts'),
    import('../terminal/print.ts'),
  ]);
  const webhook = new Webhook(secret);
  const known = new Set<string>();

  const take = async (request: IncomingMessage): Promise<number> => {
    if (request.method !== 'POST') return 405;
    const body = await readText(request);
    if (body === null) return 413;
    const id = String(request.headers['webhook-id'] ?? '');
    let message: unknown;
    let fault: string | null = null;
    try {
      message = webhook.verify(body, request.headers as Record<string, string>);
    } catch (error) {
      fault = (error as Error).message;
    }
    const again = known.has(id);
    if (fault === null) remember(known, id);
    if (json === true) print.printJsonLine({ id, verified: fault === null, again, ...(fault === null ? { message } : { fault }) });
    else if (fault === null) shown(id, again, message).forEach(print.printLine);
    else print.printLine(`refused: ${fault}. Does the sender have this SIGNALBOX_WEBHOOK_SECRET?`);
    return fault === null ? 204 : 401;
  };

  const server = createServer((request, response) => {
    take(request).then(
      (status) => response.writeHead(status).end(),
      // its sender is gone
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new CannotRun(`Cannot listen on ${host} port ${port}: ${error.code ?? error.message}`)),
    );
    server.listen(port, host, resolve);
  });
  return server;
}

function remember(known: Set<string>, id: string): void {
  const [oldest] = known;
  if (known.size >= KEYS_KNOWN_MAX && oldest !== undefined) known.delete(oldest);
  known.add(id);
}

/** Null where it is too long. */
async function readText(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function shown(id: string, again: boolean, message: unknown): string[] {
  const { type = 'no type', data = {} } = (typeof message === 'object' && message !== null ? message : {}) as {
    type?: string;
    data?: object;
  };
  const about = Object.entries(data).map(([name, value]) => `  ${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return [`${type}  ${id}  signature verified${again ? ', known already: the same key is to be acted on once' : ''}`, ...about];
}
