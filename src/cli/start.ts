/** `signalbox start`: the whole local stack under one supervisor, until Ctrl-C. */
import { once } from 'node:events';
import { Command } from 'commander';

/** The terminal's closing ends the stack as Ctrl-C does. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const NO_LLM = 'none: OPENAI_BASE_URL or OPENAI_API_KEY, and SIGNALBOX_LLM_MODEL name one';

async function run(): Promise<void> {
  const began = performance.now();
  const stopping = new AbortController();
  const onSignal = () => {
    // asked twice: the watchers end what is left
    if (stopping.signal.aborted) process.exit(1);
    stopping.abort();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  try {
    const [{ readConfig, webhookShown }, { startStack }, { startPage }, { openOutput }, { llmTarget }, { reachServer }] = await Promise.all(
      [
        import('../settings/config.ts'),
        import('../local/stack.ts'),
        import('../local/startPage.ts'),
        import('../local/terminal.ts'),
        import('../llm/wire/target.ts'),
        import('../llm/wire/models.ts'),
      ],
    );
    const config = readConfig();
    const terminal = openOutput(process.stdout.fd, () => stopping.abort());
    const say = (line: string) => terminal.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
    const target = llmTarget(config);
    // beside the stack's own start, which takes longer
    const llm = target === null ? NO_LLM : reachServer(target).then((how) => `${target.model} at ${target.baseUrl}: ${how}`);
    const stack = await startStack(config, { say, signal: stopping.signal }).catch((error: unknown) => {
      if (!stopping.signal.aborted) throw error;
      say('stopped before everything was up: nothing is left running');
      return null;
    });
    if (stack === null) return;
    const shown = { auth: config.SIGNALBOX_AUTH, webhook: webhookShown(config), llm: await llm };
    terminal.write(startPage(stack.facts, { ...shown, seconds: (performance.now() - began) / 1000 }));
    if (!stopping.signal.aborted) await once(stopping.signal, 'abort');
    say('stopping');
    await stack.stop();
    say('stopped: nothing is left running');
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
}

export function start(): Command {
  return new Command('start')
    .description('run the whole stack on this machine: database, Temporal, ingress and worker')
    .addHelpText('after', '\nSettings come from the environment; docs/operations.md lists them.')
    .action(run);
}
