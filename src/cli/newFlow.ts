/** `signalbox flow new`: a flow to begin with, in a clone: the example under a name, a type and a subject of one's own, named where flows are listed. */
import { Command, InvalidArgumentError } from 'commander';

const NAME = /^[a-z][a-z0-9-]{0,40}$/;
const TYPE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/;
const FIELD = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

const matching = (pattern: RegExp, must: string) => (text: string) => {
  if (!pattern.test(text)) throw new InvalidArgumentError(`It must be ${must}.`);
  return text;
};

interface Options {
  type: string;
  subject: string;
  json?: true;
}

export function newFlowVerb(): Command {
  return new Command('new')
    .argument('<name>', 'of the flow', matching(NAME, 'up to 41 lower case letters, digits and dashes, with a letter first'))
    .description('make a flow to begin with, in a clone: one folder under src/flows, and a line in each list of flows')
    .requiredOption('--type <type>', 'the CloudEvents type that it takes', matching(TYPE, 'letters, digits, dots, dashes and underscores'))
    .requiredOption('--subject <field>', 'the field of the data that says whom it is about', matching(FIELD, 'the name of a field'))
    .option('--json', 'print {flow, files}')
    .addHelpText('after', '\nExample:\n  signalbox flow new returns --type return.asked --subject orderId')
    .action(run);
}

async function run(name: string, { type, subject, json }: Options): Promise<void> {
  const [{ flows }, { makeFlow }, { CannotRun }, { printJson, printLine }] = await Promise.all([
    import('../flows/flows.ts'),
    import('./makeFlow.ts'),
    import('../domain/errors.ts'),
    import('./print.ts'),
  ]);
  const other = flows.find((flow) => Object.hasOwn(flow.types, type));
  if (other !== undefined)
    throw new CannotRun(`Cannot make the flow as ${other.name} takes ${type} already: a type is answered by one flow`);
  const files = await makeFlow(process.cwd(), { name, type, subject });
  if (json === true) return printJson({ flow: name, files });
  for (const file of files) printLine(file);
  printLine('');
  printLine('It decides by an amount; make it yours. Then: npm run build && npm start, and in another terminal');
  printLine(`npx signalbox events send --type ${type} --data '{"${subject}": "x-1", "amount": 20}' --wait 5`);
}
