/** Row types as the code declares them, from syntax trees: by column, the kinds of values that it expects. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Node, parseSource } from './parseSource.ts';

/** `any`: a type that is not followed. */
export type Kind = 'string' | 'number' | 'boolean' | 'Date' | 'bytes' | 'list' | 'object' | 'null' | 'any';

/** By column; the kinds that a value may have. Null if the type cannot be read. */
export type DeclaredRow = ReadonlyMap<string, ReadonlySet<Kind>>;

const KEYWORDS: Readonly<Record<string, Kind>> = { string: 'string', number: 'number', boolean: 'boolean', null: 'null', bigint: 'number' };
const NAMES: Readonly<Record<string, Kind>> = {
  Date: 'Date',
  Buffer: 'bytes',
  Uint8Array: 'bytes',
  Record: 'object',
  ReadonlyArray: 'list',
};

interface Scope {
  readonly file: string;
  /** Interfaces and aliases by name. */
  readonly declared: ReadonlyMap<string, Node>;
  /** By name: the file that it comes from, and what it is called there. */
  readonly imported: ReadonlyMap<string, { file: string; name: string }>;
}

const wordOf = (node: unknown): string => (node as { value: string }).value;

export class RowTypes {
  readonly #scopes = new Map<string, Promise<Scope>>();

  async resolve(type: Node, file: string): Promise<DeclaredRow | null> {
    return this.#row(type, await this.#scope(file));
  }

  #scope(file: string): Promise<Scope> {
    const known = this.#scopes.get(file) ?? readScope(file);
    this.#scopes.set(file, known);
    return known;
  }

  /** What a name stands for, and where that is declared. */
  async #named(name: string, scope: Scope): Promise<{ node: Node; scope: Scope } | null> {
    const node = scope.declared.get(name);
    if (node !== undefined) return { node, scope };
    const from = scope.imported.get(name);
    return from === undefined ? null : this.#named(from.name, await this.#scope(from.file));
  }

  async #row(type: Node, scope: Scope): Promise<DeclaredRow | null> {
    if (type.type === 'TsParenthesizedType') return this.#row(type.typeAnnotation as Node, scope);
    if (type.type === 'TsTypeLiteral') return this.#members(type.members as Node[], scope);
    if (type.type === 'TsIntersectionType') return this.#joined(type.types as Node[], scope);
    if (type.type === 'TsTypeReference') return this.#reference(type, scope);
    return null;
  }

  async #reference(type: Node, scope: Scope): Promise<DeclaredRow | null> {
    const name = wordOf(type.typeName);
    const params = ((type.typeParams as Node | undefined)?.params as Node[] | undefined) ?? [];
    if (name === 'Record') return new Map();
    if (name === 'Omit' || name === 'Pick' || name === 'Readonly' || name === 'Partial') {
      const row = await this.#row(params[0] as Node, scope);
      if (row === null || params[1] === undefined) return row;
      const keys = new Set(literals(params[1]));
      return new Map([...row].filter(([column]) => keys.has(column) === (name === 'Pick')));
    }
    const found = await this.#named(name, scope);
    if (found === null) return null;
    if (found.node.type === 'TsTypeAliasDeclaration') return this.#row(found.node.typeAnnotation as Node, found.scope);
    const outer = await Promise.all((found.node.extends as Node[]).map((one) => this.#heritage(one, found.scope)));
    const own = await this.#members((found.node.body as Node).body as Node[], found.scope);
    return outer.includes(null) ? null : new Map([...outer.flatMap((one) => [...(one ?? [])]), ...own]);
  }

  async #heritage(node: Node, scope: Scope): Promise<DeclaredRow | null> {
    const params = node.typeArguments === undefined ? {} : { typeParams: node.typeArguments };
    return this.#reference({ type: 'TsTypeReference', span: node.span, typeName: node.expression, ...params }, scope);
  }

  async #joined(types: readonly Node[], scope: Scope): Promise<DeclaredRow | null> {
    const rows = await Promise.all(types.map((one) => this.#row(one, scope)));
    return rows.includes(null) ? null : new Map(rows.flatMap((row) => [...(row ?? [])]));
  }

  async #members(members: readonly Node[], scope: Scope): Promise<DeclaredRow> {
    const row = new Map<string, ReadonlySet<Kind>>();
    for (const member of members) {
      if (member.type !== 'TsPropertySignature') continue;
      const annotation = (member.typeAnnotation as Node).typeAnnotation as Node;
      row.set(wordOf(member.key), await this.#kinds(annotation, scope));
    }
    return row;
  }

  async #kinds(type: Node, scope: Scope): Promise<ReadonlySet<Kind>> {
    if (type.type === 'TsKeywordType') return new Set([KEYWORDS[type.kind as string] ?? 'any']);
    if (type.type === 'TsLiteralType') return new Set([literalKind(type.literal as Node)]);
    if (type.type === 'TsArrayType' || type.type === 'TsTupleType' || type.type === 'TsTypeOperator') return new Set(['list']);
    if (type.type === 'TsTypeLiteral') return new Set(['object']);
    if (type.type === 'TsParenthesizedType') return this.#kinds(type.typeAnnotation as Node, scope);
    if (type.type === 'TsUnionType') {
      const kinds = await Promise.all((type.types as Node[]).map((one) => this.#kinds(one, scope)));
      return new Set(kinds.flatMap((one) => [...one]));
    }
    if (type.type !== 'TsTypeReference') return new Set(['any']);
    const name = wordOf(type.typeName);
    const known = NAMES[name];
    if (known !== undefined) return new Set([known]);
    const found = await this.#named(name, scope);
    if (found === null) return new Set(['any']);
    return found.node.type === 'TsTypeAliasDeclaration' ? this.#kinds(found.node.typeAnnotation as Node, found.scope) : new Set(['object']);
  }
}

function literals(type: Node): string[] {
  if (type.type === 'TsUnionType') return (type.types as Node[]).flatMap(literals);
  return type.type === 'TsLiteralType' ? [wordOf(type.literal)] : [];
}

function literalKind({ type }: Node): Kind {
  if (type === 'StringLiteral' || type === 'TemplateLiteral') return 'string';
  return type === 'BooleanLiteral' ? 'boolean' : 'number';
}

async function readScope(file: string): Promise<Scope> {
  const { tree } = parseSource(await readFile(file, 'utf8'));
  const declared = new Map<string, Node>();
  const imported = new Map<string, { file: string; name: string }>();
  for (const item of tree.body as Node[]) {
    const node = (item.type === 'ExportDeclaration' ? item.declaration : item) as Node;
    if (node.type === 'TsInterfaceDeclaration' || node.type === 'TsTypeAliasDeclaration') declared.set(wordOf(node.id), node);
    if (node.type !== 'ImportDeclaration' || !wordOf(node.source).startsWith('.')) continue;
    const from = join(dirname(file), wordOf(node.source));
    for (const one of node.specifiers as Node[]) {
      if (one.type !== 'ImportSpecifier') continue;
      const local = wordOf(one.local);
      imported.set(local, { file: from, name: one.imported == null ? local : wordOf(one.imported) });
    }
  }
  return { file, declared, imported };
}
