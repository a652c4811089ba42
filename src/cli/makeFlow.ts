/** Writes a flow made from the example into a clone's sources, whole or not at all. */
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { CannotRun } from '../domain/errors.ts';
import { UNROUTED } from '../domain/ids.ts';

export interface NewFlow {
  readonly name: string;
  readonly type: string;
  /** The field of the data that names the subject. */
  readonly subject: string;
}

const TEMPLATE = join('examples', 'returns');
const EXAMPLE_FIELDS: ReadonlySet<string> = new Set(['amount', 'note']);
const LISTS = { flows: join('src', 'flows', 'index.ts'), workflows: join('src', 'flows', 'workflows.ts') };

/** The files that it made or changed, from the clone's root. Throws CannotRun where there is no clone, or such a flow already. */
export async function makeFlow(from: string, flow: NewFlow): Promise<string[]> {
  const root = await rootOf(from);
  const folder = join(root, 'src', 'flows', flow.name);
  if (flow.name === UNROUTED || (await isThere(folder))) throw new CannotRun(`Cannot make the flow ${flow.name} as the name is taken`);
  if (EXAMPLE_FIELDS.has(flow.subject))
    throw new CannotRun(`Cannot make the flow as ${flow.subject} is another field of the example already`);
  const names = await readdir(join(root, TEMPLATE));
  const made = await Promise.all(
    names.map(async (file) => [join(folder, file), fill(await readFile(join(root, TEMPLATE, file), 'utf8'), flow)] as const),
  );
  const paths = { flows: join(root, LISTS.flows), workflows: join(root, LISTS.workflows) };
  const [flows, workflows] = await Promise.all([readFile(paths.flows, 'utf8'), readFile(paths.workflows, 'utf8')]);
  const changed = [
    [paths.flows, withFlow(flows, flow)],
    [paths.workflows, `${workflows}export { ${caseOf(flow)} } from './${flow.name}/workflow.ts';\n`],
  ] as const;
  await mkdir(folder);
  try {
    for (const [file, text] of [...made, ...changed]) await writeFile(file, text);
  } catch (error) {
    await rm(folder, { recursive: true });
    await Promise.all([writeFile(paths.flows, flows), writeFile(paths.workflows, workflows)]);
    throw error;
  }
  return [...made, ...changed].map(([file]) => relative(root, file));
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

async function rootOf(from: string): Promise<string> {
  const found = await Promise.all([TEMPLATE, LISTS.flows, LISTS.workflows].map((path) => isThere(join(from, path))));
  if (found.every(Boolean)) return from;
  if (dirname(from) === from)
    throw new CannotRun('Cannot make a flow here as it becomes part of the sources: do so in a clone of Signalbox');
  return rootOf(dirname(from));
}

const camel = ({ name }: NewFlow): string => name.replaceAll(/-+(.?)/g, (_, letter: string) => letter.toUpperCase());
const caseOf = (flow: NewFlow): string => `${camel(flow)}Case`;
/** With a word behind it, a name such as `new` or `class` is none of the language's. */
const constantOf = (flow: NewFlow): string => `${camel(flow)}Flow`;

function titleOf({ name }: NewFlow): string {
  const words = name.replaceAll('-', ' ').trim();
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** The example's own words for what differs. */
function fill(text: string, flow: NewFlow): string {
  return text
    .replaceAll('../../src/', '../../')
    .replaceAll('returnsCase', caseOf(flow))
    .replaceAll('export const returns:', `export const ${constantOf(flow)}:`)
    .replaceAll("'Returns'", `'${titleOf(flow)}'`)
    .replaceAll("'returns'", `'${flow.name}'`)
    .replaceAll("'returns-1'", `'${flow.name}-1'`)
    .replaceAll("'return.asked'", `'${flow.type}'`)
    .replaceAll('orderId', flow.subject)
    .replaceAll(
      'Goods that customers want to return: the smallest flow there is.',
      `${titleOf(flow)}, made from the smallest flow there is.`,
    )
    .replaceAll('the case of its order', 'the case of its subject')
    .replaceAll('A return is accepted', 'What is asked for is accepted')
    .replaceAll('a return is accepted', 'what is asked for is accepted');
}

function withFlow(list: string, flow: NewFlow): string {
  const known = /^(?<imports>[\s\S]*^import [^\n]*\n)(?<rest>[\s\S]*readonly Flow\[\] = \[)(?<flows>[^\]]*)\];/m.exec(list)?.groups;
  if (known === undefined) throw new CannotRun(`Cannot add the flow as ${LISTS.flows} is not as it was: name it there`);
  const { imports, rest, flows } = known;
  const line = `import { ${constantOf(flow)} } from './${flow.name}/flow.ts';\n`;
  return `${imports}${line}${rest}${flows?.trimEnd().replace(/,$/, '')}, ${constantOf(flow)} as Flow];\n`;
}
