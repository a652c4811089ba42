/** Writes a flow made from the templates into a clone's sources, whole or not at all. */
import { appendFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { CannotRun } from '../domain/errors.ts';
import { UNROUTED } from '../domain/ids.ts';

export interface NewFlow {
  readonly name: string;
  readonly type: string;
  /** The field of the data that names the subject. */
  readonly subject: string;
}

export interface MadeFlow {
  /** The clone's root. */
  readonly root: string;
  /** Made or changed, from the root. */
  readonly files: readonly string[];
}

const TEMPLATES = join('templates', 'flow');
const TEMPLATE = /\.tmpl$/;
const INDEX = join('src', 'flows', 'index.ts');
/** The other fields of the templates' events. */
const FIELDS: ReadonlySet<string> = new Set(['amount', 'note']);

/** Throws CannotRun where there is no clone, or such a flow already. */
export async function makeFlow(from: string, flow: NewFlow): Promise<MadeFlow> {
  const root = await rootOf(from);
  const folder = join(root, 'src', 'flows', flow.name);
  if (flow.name === UNROUTED || (await isThere(folder))) throw new CannotRun(`Cannot make the flow ${flow.name} as the name is taken`);
  if (FIELDS.has(flow.subject)) throw new CannotRun(`Cannot make the flow as ${flow.subject} is another field of its events already`);
  const entries = await readdir(join(root, TEMPLATES), { recursive: true, withFileTypes: true });
  const templates = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  try {
    const made: string[] = [];
    for (const template of templates.sort()) {
      const file = join(folder, relative(join(root, TEMPLATES), template).replace(TEMPLATE, ''));
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, filled(await readFile(template, 'utf8'), flow));
      made.push(file);
    }
    await appendFile(join(root, INDEX), `export { ${camel(flow)}Flow } from './${flow.name}/flow.ts';\n`);
    return { root, files: [...made.map((file) => relative(root, file)), INDEX] };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

async function rootOf(from: string): Promise<string> {
  const found = await Promise.all([TEMPLATES, INDEX].map((path) => isThere(join(from, path))));
  if (found.every(Boolean)) return from;
  if (dirname(from) === from)
    throw new CannotRun('Cannot make a flow here as it becomes part of the sources: do so in a clone of Signalbox');
  return rootOf(dirname(from));
}

/** With a word behind it, a name such as `new` or `class` is none of the language's. */
const camel = ({ name }: NewFlow): string => name.replaceAll(/-+(.?)/g, (_, letter: string) => letter.toUpperCase());

function titleOf({ name }: NewFlow): string {
  const words = name.replaceAll('-', ' ').trim();
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** Throws where a template has a place that nothing is known for: a mistake of whoever changed it. */
function filled(template: string, flow: NewFlow): string {
  const words: Readonly<Record<string, string>> = {
    ...{ name: flow.name, flow: camel(flow), Title: titleOf(flow), type: flow.type, subject: flow.subject },
  };
  return template.replaceAll(/__([A-Za-z]+)__/g, (place, word: string) => {
    const known = words[word];
    if (known === undefined) throw new Error(`Cannot fill a template as it has a place ${place}`);
    return known;
  });
}
