/** `signalbox flow new`: a flow to begin with, in a clone: a folder from templates, and a line in the index of flows. */
import { Command, InvalidArgumentError } from 'commander';

const NAME = /^[a-z][a-z0-9-]{0,40}$/;
const TYPE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const FIELD = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

const matching = (pattern: RegExp, must: string) => (text: string) => {
  if (!pattern.test(text)) throw new InvalidArgumentError(`It must be ${must}.`);
  return text;
};

interface Options {
  type: string;
  subject: string;
  build: boolean;
  json?: true;
}

export function newFlowVerb(): Command {
  return new Command('new')
    .argument('<name>', 'of the flow', matching(NAME, 'up to 41 lower case letters, digits and dashes, with a letter first'))
    .description('make a flow to begin with, in a clone: one folder under src/flows, one line in their index; and build it')
    .requiredOption(
      '--type <type>',
      'the CloudEvents type that it takes',
      matching(TYPE, 'up to 100 letters, digits, dots, dashes and underscores'),
    )
    .requiredOption('--subject <field>', 'the field of the data that says whom it is about', matching(FIELD, 'the name of a field'))
    .option('--no-build', 'leave building to you: npm run build')
    .option('--json', 'print {flow, files}')
    .addHelpText('after', '\nExample:\n  signalbox flow new visits --type visit.asked --subject visitId')
    .action(run);
}

async function run(name: string, { type, subject, build, json }: Options): Promise<void> {
  const [{ flows }, { makeFlow }, { buildClone }, { CannotRun }, { printJson, printLine }] = await Promise.all([
    import('../flows/flows.ts'),
    import('./makeFlow.ts'),
    import('./buildClone.ts'),
    import('../domain/errors.ts'),
    import('./terminal/print.ts'),
  ]);
  const other = flows.find((flow) => Object.hasOwn(flow.types, type));
  if (other !== undefined)
    throw new CannotRun(`Cannot make the flow as ${other.name} takes ${type} already: a type is answered by one flow`);
  const { root, files } = await makeFlow(process.cwd(), { name, type, subject });
  if (json !== true) for (const file of files) printLine(file);
  if (build) await buildClone(root);
  if (json === true) return printJson({ flow: name, files });
  printLine('');
  printLine(`It decides by an amount; make it yours: src/flows/${name}/README.md says what is where. It takes events as it is:`);
  printLine('');
  printLine(`  ${build ? '' : 'npm run build && '}npm start`);
  printLine(`  npx signalbox events send --type ${type} --data '{"${subject}": "s-1", "amount": 20}' --wait 5`);
  printLine('');
  printLine('A stack that runs already is of the build from before: end it first, with Ctrl-C in its terminal.');
}
