/** All verbs. A verb's own file loads what it needs when it runs, so that `--help` stays quick. */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { actions } from './actions.ts';
import { approvals } from './approvals.ts';
import { audit } from './audit.ts';
import { decisions } from './decisions.ts';
import { demo } from './demo/demo.ts';
import { doctor } from './doctor.ts';
import { evaluate } from './evaluate.ts';
import { events } from './events.ts';
import { flow } from './flow/flow.ts';
import { importVerb } from './import.ts';
import { ingress } from './ingress.ts';
import { keys } from './keys.ts';
import { migrateVerb } from './migrate.ts';
import { policy } from './policy.ts';
import { quality } from './quality.ts';
import { quarantine } from './quarantine.ts';
import { rebuild } from './rebuild.ts';
import { receive } from './receive/receive.ts';
import { receivers } from './receivers.ts';
import { secrets } from './secrets.ts';
import { start } from './start.ts';
import { streams } from './streams.ts';
import { subjects } from './subjects.ts';
import { watches } from './watches.ts';
import { webhooks } from './webhooks.ts';
import { worker } from './worker.ts';

const ABOUT = `
Exit codes: 0 all is well, 1 something wrong was found, 2 it could not run.
Settings come from the environment; docs/operations.md lists them.`;

function version(): string {
  const { version: text } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  return text;
}

export function program(): Command {
  const signalbox = new Command('signalbox')
    .description('Turns business events into durable AI decisions.')
    .version(version())
    .addHelpText('after', ABOUT)
    .showHelpAfterError('(--help tells more)');
  const own = [start(), demo(), ingress(), worker()];
  const asking = [events(), decisions(), approvals(), actions(), receivers(), subjects(), webhooks(), streams()];
  const lookingOn = [quarantine(), watches(), flow(), policy(), quality(), evaluate()];
  const onTheDatabase = [migrateVerb(), keys(), secrets(), audit(), rebuild(), doctor()];
  const verbs = [...own, importVerb(), receive(), ...asking, ...lookingOn, ...onTheDatabase];
  for (const verb of verbs) signalbox.addCommand(verb);
  signalbox.addCommand(help(signalbox));
  inherit(signalbox);
  return signalbox;
}

/** commander's own looks at the first word only. */
function help(root: Command): Command {
  return new Command('help')
    .description('explain a verb, as `--help` behind it does')
    .argument('[verb...]', 'like `events send`')
    .addHelpText('after', '\nExample:\n  signalbox help events send')
    .action((words: string[]) => {
      let command = root;
      for (const word of words) {
        const next = command.commands.find((one) => one.name() === word);
        if (next === undefined) return command.error(`error: unknown command '${word}'`);
        command = next;
      }
      command.help();
    });
}

/** commander ends the process by itself unless every command is told not to. */
function inherit(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) {
    child.copyInheritedSettings(command);
    inherit(child);
  }
}
