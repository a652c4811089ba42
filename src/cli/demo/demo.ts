/** `signalbox demo`: the whole local stack with five made-up businesses, until Ctrl-C or so many seconds. */
import { once } from 'node:events';
import { Command } from 'commander';
import { countUpTo } from '../terminal/listOptions.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

interface Options {
  readonly rate: number;
  readonly seconds?: number;
  readonly seed: number;
  readonly json?: true;
}

export function demo(): Command {
  return new Command('demo')
    .description('run the whole stack with five made-up businesses: cards, machines, a shop, prices, stocks')
    .option('--rate <events>', 'events a second, on average', countUpTo(5000), 40)
    .option('--seconds <count>', 'end by itself after so many', countUpTo(1_000_000))
    .option('--seed <number>', 'another one makes other businesses', countUpTo(1_000_000), 1)
    .option('--json', 'print one JSON object at the end: what was sent, decided, right, and what quality says')
    .addHelpText(
      'after',
      '\nIts data is in .signalbox-demo unless SIGNALBOX_DATA says otherwise.\n\nExample:\n  signalbox demo --rate 200 --seconds 600',
    )
    .action(run);
}

async function run(options: Options): Promise<void> {
  const stopping = new AbortController();
  const onSignal = (): void => {
    // asked twice: the watchers end what is left
    if (stopping.signal.aborted) process.exit(1);
    stopping.abort();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  const [{ readConfig }, { makeWebhookSecret }, { startStack }, { openOutput }, { runDemo }, { openDemoReceiver }, { makeBusinesses }] =
    await Promise.all([
      import('../../settings/config.ts'),
      import('../../settings/webhookSecret.ts'),
      import('../../local/stack.ts'),
      import('../../local/terminal.ts'),
      import('./runDemo.ts'),
      import('../../demo/receiver.ts'),
      import('../../demo/businesses.ts'),
    ]);
  const businesses = makeBusinesses(options.seed);
  const secret = makeWebhookSecret();
  const receiver = await openDemoReceiver(secret, (action) => {
    for (const business of businesses) if (action.type.startsWith(`${business.flow}.`)) business.act?.(action, Date.now());
  });
  try {
    // the processes of the stack read it from here
    process.env.SIGNALBOX_WEBHOOK_URL = receiver.url;
    process.env.SIGNALBOX_WEBHOOK_SECRET = secret;
    process.env.SIGNALBOX_DATA ||= '.signalbox-demo';
    const terminal = openOutput(options.json === true ? process.stderr.fd : process.stdout.fd, () => stopping.abort());
    const say = (line: string) => terminal.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
    const stack = await startStack(readConfig(), { say, signal: stopping.signal }).catch((error: unknown) => {
      if (!stopping.signal.aborted) throw error;
      return null;
    });
    if (stack === null) return;
    try {
      await runDemo({ ...options, businesses, receiver, facts: stack.facts, terminal, say, stopping });
      if (!stopping.signal.aborted) await once(stopping.signal, 'abort');
    } finally {
      say('stopping');
      await stack.stop();
      say('stopped: nothing is left running');
    }
  } finally {
    await receiver.close();
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
}
