/** The house: who imports whom is the linter's business (an override a room in biome.json); that no two rooms need each other, and that none grows too large, is looked at here. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));
/** A folder with more files of its own than this wants a wall. */
const FILES_MAX = 40;
/** The largest share of all lines that one room may hold. */
const SHARE_MAX = 0.2;

const files = readdirSync(SRC, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
  .map((entry) => relative(SRC, join(entry.parentPath, entry.name)).split('\\').join('/'));

/** A flow's evaluation is a room of its own: it may call a service, which folding must not. */
function roomOf(file: string): string {
  const [room = ''] = file.split('/');
  if (!file.includes('/')) return 'main';
  return /^flows\/[^/]+\/evaluate\//.test(file) ? 'flows/*/evaluate' : room;
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(SRC, file), 'utf8');
  const specifiers = [...text.matchAll(/(?:\bfrom\s+|\bimport\(\s*)'(\.{1,2}\/[^']+)'/g)].map(([, specifier = '']) => specifier);
  return specifiers.map((specifier) => posix.normalize(posix.join(dirname(file), specifier)));
}

/** By room, the rooms that it imports. Tests of a flow are no part of the house. */
function arrows(): Map<string, Set<string>> {
  const known = new Set(files);
  const found = new Map<string, Set<string>>();
  for (const file of files.filter((name) => !/^flows\/[^/]+\/test\//.test(name))) {
    const room = roomOf(file);
    const targets = found.get(room) ?? new Set<string>();
    for (const target of importsOf(file)) if (known.has(target) && roomOf(target) !== room) targets.add(roomOf(target));
    found.set(room, targets);
  }
  return found;
}

/** A way through the arrows that ends where it began; undefined if there is none. */
function findCircle(of: ReadonlyMap<string, ReadonlySet<string>>): string[] | undefined {
  const done = new Set<string>();
  const walk = (room: string, way: readonly string[]): string[] | undefined => {
    if (way.includes(room)) return [...way.slice(way.indexOf(room)), room];
    if (done.has(room)) return undefined;
    for (const next of of.get(room) ?? []) {
      const circle = walk(next, [...way, room]);
      if (circle !== undefined) return circle;
    }
    done.add(room);
    return undefined;
  };
  for (const room of of.keys()) {
    const circle = walk(room, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

describe('the rooms of src/', () => {
  it('need each other in one direction only', () => {
    expect(findCircle(arrows())).toBeUndefined();
  });

  it('findCircle() finds a circle that leads over three rooms', () => {
    const circle = new Map([
      ['a', new Set(['b'])],
      ['b', new Set(['c'])],
      ['c', new Set(['a'])],
    ]);
    expect(findCircle(circle)).toEqual(['a', 'b', 'c', 'a']);
  });

  it('hold a fifth of all lines each at most', () => {
    const lines = new Map<string, number>();
    // as in the map of the house: a flow's tests and its evaluation are rooms beside what folds
    for (const file of files) {
      const room = /^flows\/[^/]+\/test\//.test(file) ? 'flows/*/test' : roomOf(file);
      lines.set(room, (lines.get(room) ?? 0) + readFileSync(join(SRC, file), 'utf8').split('\n').length);
    }
    const total = [...lines.values()].reduce((sum, count) => sum + count, 0);
    expect([...lines].filter(([, count]) => count > SHARE_MAX * total)).toEqual([]);
  });

  it('have folders of forty files of their own at most', () => {
    const count = new Map<string, number>();
    for (const file of files) count.set(dirname(file), (count.get(dirname(file)) ?? 0) + 1);
    expect([...count].filter(([, own]) => own > FILES_MAX)).toEqual([]);
  });
});
