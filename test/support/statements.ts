/**
 * The SQL statements of the sources, read from their syntax trees: each first argument of a call of `query`, and each `text` beside a `name`,
 * with the row type that the code declares. The texts are made by the code itself, in a copy of the sources that gives them out.
 */
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Node, parseSource, walk } from './parseSource.ts';
import { type DeclaredRow, RowTypes } from './rowTypes.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface FoundStatement {
  /** `src/log/head.ts:12`. */
  readonly where: string;
  /** Throws a ReferenceError if it needs what only its function knows. */
  readonly text: () => unknown;
  /** Null if the code declares none. */
  readonly row: DeclaredRow | null;
}

interface Site {
  readonly expression: string;
  readonly line: number;
  readonly row: Node | null;
}

const named = (node: unknown, name: string): boolean => (node as { value?: string } | undefined)?.value === name;

/** Without a cast around it. */
function bare(node: Node): Node {
  return node.type === 'TsAsExpression' ? bare(node.expression as Node) : node;
}

function sitesOf(source: string): Site[] {
  const { tree, textOf, lineOf } = parseSource(source);
  const sites: Site[] = [];
  walk(tree, (node) => {
    if (node.type === 'CallExpression' && named((node.callee as Node).property, 'query')) {
      const [first] = node.arguments as { expression: Node }[];
      if (first === undefined || bare(first.expression).type === 'ObjectExpression') return;
      const [row = null] = ((node.typeArguments as Node | undefined)?.params as Node[] | undefined) ?? [];
      sites.push({ expression: textOf(first.expression), line: lineOf(node), row });
    }
    if (node.type !== 'ObjectExpression') return;
    const properties = (node.properties as Node[]).filter(({ type }) => type === 'KeyValueProperty');
    const text = properties.find(({ key }) => named(key, 'text'));
    if (text !== undefined && properties.some(({ key }) => named(key, 'values')))
      sites.push({ expression: textOf(text.value as unknown as Node), line: lineOf(node), row: null });
  });
  return sites;
}

/** Every statement of `src/`. */
export async function findStatements(): Promise<FoundStatement[]> {
  // below the checkout, where imports of packages lead on
  await mkdir(join(ROOT, 'build'), { recursive: true });
  const copy = await mkdtemp(join(ROOT, 'build', 'statements-'));
  try {
    return await findIn(copy);
  } finally {
    await rm(copy, { recursive: true });
  }
}

async function findIn(copy: string): Promise<FoundStatement[]> {
  await cp(join(ROOT, 'src'), join(copy, 'src'), { recursive: true });
  const entries = await readdir(join(copy, 'src'), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.ts')).map((entry) => join(entry.parentPath, entry.name));
  const types = new RowTypes();
  const found: FoundStatement[] = [];
  const giving = new Map<string, Site[]>();
  for (const file of files) {
    const source = await readFile(file, 'utf8');
    const sites = /\bquery\b|\btext:/.test(source) ? sitesOf(source) : [];
    if (sites.length === 0) continue;
    await writeFile(
      file,
      `${source}\nexport const statementsOfThisFile = [${sites.map(({ expression }) => `() => (${expression})`).join(',\n')}];\n`,
    );
    giving.set(file, sites);
  }
  for (const [file, sites] of giving) {
    const { statementsOfThisFile } = (await import(pathToFileURL(file).href)) as { statementsOfThisFile: (() => unknown)[] };
    for (const [nth, { line, row }] of sites.entries()) {
      const text = statementsOfThisFile[nth] as () => unknown;
      found.push({ where: `${relative(copy, file)}:${line}`, text, row: row === null ? null : await types.resolve(row, file) });
    }
  }
  return found;
}
