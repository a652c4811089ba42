/** Pages that a machine can hold against the code: what they name is there, and what is there is named. */
import { access, readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import type { Command } from 'commander';
import { parse } from 'yaml';
import { program } from '../../src/cli/program.ts';
import { parseImportMap } from '../../src/import/importMap.ts';
import { readConfig, SETTINGS } from '../../src/settings/config.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): Promise<string> => readFile(`${root}/${path}`, 'utf8');

/** `start`, `events send`, ... */
function verbs(command: Command, before = ''): string[] {
  return command.commands.flatMap((child) => {
    const name = `${before}${child.name()}`;
    return child.commands.length === 0 ? [name] : verbs(child, `${name} `);
  });
}

describe('docs/dependencies.md', () => {
  it('docs/dependencies.md names what package.json has, and nothing else', async () => {
    const { dependencies, optionalDependencies, devDependencies } = JSON.parse(await read('package.json')) as Record<
      'dependencies' | 'optionalDependencies' | 'devDependencies',
      Record<string, string>
    >;
    const [atRunTime = '', forBuilding = ''] = (await read('docs/dependencies.md')).split('## For building');
    const named = (page: string): string[] => [...page.matchAll(/^- `([^`]+)`: \S/gm)].map(([, name]) => name ?? '').sort();
    // one package a platform: a line for their scope says what all of them are for
    const scopes = Object.keys(optionalDependencies).map((name) => name.replace(/\/.*/, '/*'));
    expect(named(atRunTime)).toEqual([...new Set([...Object.keys(dependencies), ...scopes])].sort());
    expect(named(forBuilding)).toEqual(Object.keys(devDependencies).sort());
  });
});

describe('README.md', () => {
  it('docs/commands.md names every verb', async () => {
    const shown = [...(await read('docs/commands.md')).matchAll(/`([^`\n]+)`/g)].flatMap(([, code]) => code?.split(' ') ?? []);
    expect(shown).toEqual(expect.arrayContaining(verbs(program()).flatMap((verb) => verb.split(' '))));
  });

  it('README.md shows commands that the program takes', async () => {
    const shown = [...(await read('README.md')).matchAll(/^npx signalbox (.+)$/gm)].map(([, line]) => line ?? '');
    expect(shown.length).toBeGreaterThan(3);
    const known = verbs(program());
    for (const line of shown) expect(known.some((verb) => line === verb || line.startsWith(`${verb} `))).toBe(true);
  });

  it('README.md posts an event that is one', async () => {
    const body = /-d '(\{[\s\S]*?\})'/.exec(await read('README.md'))?.[1];
    expect(JSON.parse(body ?? '')).toMatchObject({
      specversion: '1.0',
      id: 'p-1',
      source: '/shop',
      type: 'payment.attempted',
      data: { cardId: 'c-1' },
    });
  });

  it.each(['README.md', 'docs/design.md'])('%s links to pages that are there', async (page) => {
    const links = [...(await read(page)).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link]) => link ?? '');
    const folder = page.includes('/') ? `${root}/docs` : root;
    for (const link of links) {
      await expect(
        readFile(`${folder}/${link}`).catch((error: NodeJS.ErrnoException) => (error.code === 'EISDIR' ? '' : Promise.reject(error))),
      ).resolves.toBeDefined();
    }
  });
});

/** `flow new`, in the page that tells of it, makes this one. */
const MADE = 'src/flows/returns';

interface Override {
  readonly includes: readonly string[];
  readonly linter: {
    readonly rules: { readonly style?: { readonly noRestrictedImports?: { readonly options: { readonly patterns: readonly Pattern[] } } } };
  };
}

interface Pattern {
  readonly group: readonly string[];
}

/** `nothing`, or rooms: one, or all of the table from one to another, or such a stretch `but` some. What stands in brackets is finer than rooms. */
function roomsOf(cell: string, rooms: readonly string[]): string[] {
  const named = (text: string): string[] =>
    [...text.matchAll(/`([^`]+)`(?: to `([^`]+)`)?/g)].flatMap(([, from = '', to = from]) =>
      rooms.slice(rooms.indexOf(from), rooms.indexOf(to) + 1),
    );
  const [given = '', but = ''] = cell.replace(/\(.*?\)/g, '').split(' but ');
  const without = new Set(named(but));
  return named(given).filter((room) => !without.has(room));
}

describe('docs', () => {
  it('docs name files of the sources that are there', async () => {
    const pages = (await readdir(`${root}/docs`)).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`);
    const missing: string[] = [];
    let named = 0;
    for (const page of ['README.md', ...pages]) {
      const paths = [...(await read(page)).matchAll(/(?<![\w/])(?:src|test)\/[\w./*<>-]*[\w/]/g)].map(([path]) => path);
      for (const path of paths.filter((one) => !/[*<]/.test(one) && !one.startsWith(MADE))) {
        named += 1;
        await access(`${root}/${path}`).catch(() => missing.push(`${page}: ${path}`));
      }
    }
    expect(missing).toEqual([]);
    expect(named).toBeGreaterThan(50);
  });
});

describe('docs/design.md', () => {
  it('docs/design.md has each room, and what the linter lets it import', async () => {
    const [, table = ''] = (await read('docs/design.md')).split('## Rooms');
    const rows = [...(table.split('\n## ')[0] ?? '').matchAll(/^\| `([^`]+)` \|.*\| ([^|]+) \|$/gm)].map(([, room = '', may = '']) => ({
      room,
      may,
    }));
    const names = rows.map(({ room }) => room);
    const folders = (await readdir(`${root}/src`, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => name);
    expect(names.filter((room) => !room.includes('/')).sort()).toEqual(folders.sort());

    const { overrides } = JSON.parse(await read('biome.json')) as { overrides: readonly Override[] };
    for (const { room, may } of rows) {
      const override = overrides.find(({ includes: [first] }) => first === `src/${room}` || first === `src/${room}/**`);
      const patterns = override?.linter.rules.style?.noRestrictedImports?.options.patterns ?? [];
      const barred = new Set(patterns.flatMap(({ group }) => group).flatMap((pattern) => /^\*\*\/(\w+)\/\*\*$/.exec(pattern)?.[1] ?? []));
      const allowed = folders.filter((folder) => folder !== room.split('/')[0] && !barred.has(folder));
      const told = roomsOf(may, names).filter((name) => !name.includes('/'));
      expect([room, told.filter((name) => name !== room.split('/')[0]).sort()]).toEqual([room, allowed.sort()]);
    }
  });
});

describe('docs/operations.md', () => {
  it('docs/operations.md has a line for every setting, and for no other', async () => {
    const [, table = ''] = (await read('docs/operations.md')).split('## Settings');
    const lines = (table.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('| `'));
    const named = lines.flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name));
    expect(named.sort()).toEqual(SETTINGS.filter((name) => name !== 'NODE_ENV').sort());
  });
});

describe('docs/decisions', () => {
  it('docs/decisions are numbered without a double', async () => {
    const numbers = (await readdir(`${root}/docs/decisions`)).map((name) => name.slice(0, 4));
    expect(new Set(numbers).size).toBe(numbers.length);
  });
});

describe('Dockerfile', () => {
  it('Dockerfile has what the build compiles by', async () => {
    const { scripts } = JSON.parse(await read('package.json')) as { scripts: { build: string } };
    const named = [...scripts.build.matchAll(/-p (\S+)/g)].map(([, file = '']) => file);
    expect(named.length).toBeGreaterThan(1);
    for (const file of named) {
      expect(await read('Dockerfile')).toMatch(new RegExp(`^COPY .*${file.replaceAll('.', '\\.')}`, 'm'));
      expect((await read('.dockerignore')).split('\n')).toContain(`!${file}`);
    }
  });
});

describe('docker-compose.temporal.yml', () => {
  it('docker-compose.temporal.yml passes settings that the service reads', async () => {
    const text = (await read('docker-compose.temporal.yml')).replace(/\$\{[A-Z_]+:?[?-][^}]*\}/g, 'x');
    const { services } = parse(text, { merge: true }) as {
      services: Record<string, { command?: string[]; environment: Record<string, string | number> }>;
    };
    for (const name of ['ingress', 'worker']) {
      const environment = services[name]?.environment ?? {};
      const given = Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, value === 'x' ? '' : String(value)]));
      const config = readConfig({ ...given, NODE_ENV: 'production' }) as Record<string, unknown>;
      expect(config).toMatchObject({ SIGNALBOX_AUTH: 'keys', TEMPORAL_ADDRESS: 'temporal:7233' });
      const unknown = Object.keys(given).filter((key) => given[key] !== '' && config[key] === undefined);
      expect(unknown).toEqual([]);
      expect(verbs(program())).toContain(services[name]?.command?.[0]);
    }
  });
});

describe('examples', () => {
  it('examples hold maps that the import takes', async () => {
    for (const name of await readdir(`${root}/examples`)) {
      if (name.endsWith('.map.yaml')) expect((await parseImportMap(await read(`examples/${name}`), name)).events.length).toBeGreaterThan(0);
    }
  });
});
