/**
 * Tells one build's folding from another's: SHA-256 (hex) over every module that a flow's reflex comes to by its imports, over the
 * packages that these name, as name@version, and over all of the flow's `model/`.
 *
 * A module counts as it runs: parsed, without types and comments, and printed anew. So the sources and what they were compiled to give
 * the same, and a change of a comment, a type or the layout is none. Not seen: what an import computes. It is refused.
 */
import { createHash, type Hash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, extname, join, relative, sep } from 'node:path';
import type { Module, Options } from '@swc/core';

const MODULE = new Set(['.ts', '.js']);
/** Beside what was compiled; says nothing of what runs. */
const MAP = '.map';

type Swc = typeof import('@swc/core');
/** Loaded when it is needed: what is built ahead knows its code already. */
let swc: Swc | undefined;

function options(file: string): Options {
  const syntax = extname(file) === '.ts' ? 'typescript' : 'ecmascript';
  return {
    ...{ configFile: false, swcrc: false, sourceMaps: false, minify: true },
    jsc: {
      ...{ target: 'es2023', parser: { syntax }, transform: { verbatimModuleSyntax: true } },
      minify: { compress: false, mangle: false, format: { comments: false } },
    },
  };
}

interface Folded {
  /** As it runs. */
  readonly text: string | Buffer;
  readonly imports: readonly string[];
}

function readModule(file: string): Folded {
  swc ??= createRequire(import.meta.url)('@swc/core') as Swc;
  const { code } = swc.transformSync(readFileSync(file, 'utf8'), options(file));
  if (/\bimport\(/.test(code)) throw new Error(`Cannot tell the code of a flow as ${file} imports what it computes`);
  const imports = importsOf(swc.parseSync(code, { syntax: 'ecmascript', target: 'es2023' }));
  // the sources import sources, what was compiled imports what was compiled
  return { text: code.replaceAll(/(\bfrom|\bimport)"(\.[^"]+)\.(?:ts|js)"/g, '$1"$2"'), imports };
}

function importsOf({ body }: Module): string[] {
  return body.flatMap((item) => {
    if (item.type === 'ImportDeclaration' || item.type === 'ExportAllDeclaration') return [item.source.value];
    return item.type === 'ExportNamedDeclaration' && item.source != null ? [item.source.value] : [];
  });
}

/** As name@version; of a builtin of Node its name, as its version is not the flow's. */
function packageOf(name: string, importer: string): string {
  if (isBuiltin(name)) return name;
  const [owner = '', rest = ''] = name.split('/');
  const wanted = owner.startsWith('@') ? `${owner}/${rest}` : owner;
  for (let folder = dirname(importer); ; folder = dirname(folder)) {
    const file = join(folder, 'node_modules', wanted, 'package.json');
    if (existsSync(file)) return `${wanted}@${(JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version}`;
    if (dirname(folder) === folder) throw new Error(`Cannot find the package ${wanted}, which ${importer} imports`);
  }
}

const nameOf = (root: string, file: string): string => {
  const path = relative(root, file).replaceAll(sep, '/');
  return MODULE.has(extname(file)) ? path.slice(0, -extname(file).length) : path;
};

/** Every file that folding runs through, by name, and every package. */
function walk(root: string, from: readonly string[]): { files: Map<string, Folded>; packages: Set<string> } {
  const files = new Map<string, Folded>();
  const packages = new Set<string>();
  const left = [...from];
  for (let file = left.pop(); file !== undefined; file = left.pop()) {
    const named = nameOf(root, file);
    if (files.has(named)) continue;
    const folded = MODULE.has(extname(file)) ? readModule(file) : { text: readFileSync(file), imports: [] };
    files.set(named, folded);
    for (const name of folded.imports) {
      if (name.startsWith('.')) left.push(join(dirname(file), name));
      else packages.add(packageOf(name, file));
    }
  }
  return { files, packages };
}

/** Each content's length goes before it, so that no text can move from one file to the next unseen. */
function add(hash: Hash, name: string, content: string | Buffer): void {
  hash.update(`${name} ${Buffer.byteLength(content)}\n`).update(content);
}

/** What folding of a flow runs through: `reflex.ts` (or `.js`) of its folder, and all files of its `model/`. None where it has neither. */
function beginningsOf(folder: string): string[] {
  const model = join(folder, 'model');
  const data = existsSync(model) ? readdirSync(model, { recursive: true, withFileTypes: true }) : [];
  return [
    ...['.ts', '.js'].map((extension) => join(folder, `reflex${extension}`)).filter(existsSync),
    ...data.filter((entry) => entry.isFile() && extname(entry.name) !== MAP).map((entry) => join(entry.parentPath, entry.name)),
  ];
}

export interface FoldingCode {
  readonly code: string;
  /** From the root of the sources, without the extensions of modules; then the packages. In order. */
  readonly parts: readonly string[];
}

/** Of the flow in a folder, which lies two below the root of the sources. Takes some tens of milliseconds. */
export function foldingCode(folder: string): FoldingCode {
  const { files, packages } = walk(join(folder, '..', '..'), beginningsOf(folder));
  const hash = createHash('sha256');
  const names = [...files.keys()].sort();
  for (const name of names) add(hash, name, (files.get(name) as Folded).text);
  for (const name of [...packages].sort()) add(hash, name, '');
  return { code: hash.digest('hex'), parts: [...names, ...[...packages].sort()] };
}
