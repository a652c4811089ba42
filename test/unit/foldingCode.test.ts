/** The bug hunted here: code that folds otherwise under the name of code that did not, so that a rebuild differs and nobody knows why. */
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { foldingCode } from '../../src/flows/foldingCode.ts';
import { fraud } from '../../src/flows/fraud/flow.ts';
import { ensureBuilt, ROOT } from '../support/built.ts';

const FRAUD = join(ROOT, 'src', 'flows', 'fraud');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('foldingCode() of fraud', () => {
  const copied = (): string => join(folder, 'copy', 'flows', 'fraud');
  beforeAll(async () => {
    await cp(join(ROOT, 'src'), join(folder, 'copy'), { recursive: true });
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  });

  it('foldingCode() finds what folding runs through, and nothing else', () => {
    const { code, parts } = foldingCode(FRAUD);
    expect(fraud.code).toBe(code);
    expect(code).toMatch(/^[0-9a-f]{64}$/);
    for (const part of ['flows/fraud/reflex', 'flows/fraud/takePayment', 'flows/fraud/model/fraud.model.json', 'kit/state/record'])
      expect(parts).toContain(part);
    expect(parts.filter((part) => part.includes('@'))).toEqual([expect.stringMatching(/^zod@\d+\.\d+\.\d+/)]);
    for (const apart of ['workflow', 'briefing', 'labels', 'policy', 'flow', 'policy.yaml'])
      expect(parts).not.toContain(`flows/fraud/${apart}`);
  });

  it('foldingCode() changes with each file that it names', async () => {
    const { code, parts } = foldingCode(copied());
    expect(code).toBe(fraud.code);
    const files = parts.filter((part) => !/@|^node:/.test(part));
    expect(files.length).toBeGreaterThan(20);
    const codes = new Set([code]);
    for (const part of files) {
      const file = join(folder, 'copy', /\.[a-z]+$/.test(part) ? part : `${part}.ts`);
      const text = await readFile(file, 'utf8');
      await writeFile(file, `${text}\n${part.endsWith('.json') ? ' ' : 'globalThis.changed = 1;\n'}`);
      codes.add(foldingCode(copied()).code);
      await writeFile(file, text);
    }
    expect(codes.size).toBe(files.length + 1);
    expect(foldingCode(copied()).code).toBe(code);
  });

  it('foldingCode() is the same of what the sources were compiled to, and the build has written it down', async () => {
    await ensureBuilt();
    const dist = join(ROOT, 'dist', 'flows', 'fraud');
    expect(foldingCode(dist)).toEqual(foldingCode(FRAUD));
    expect(await readFile(join(dist, 'code.txt'), 'utf8')).toBe(`${fraud.code}\n`);
  });
});

describe('foldingCode()', () => {
  const files: Record<string, string> = {
    'src/flows/small/reflex.ts':
      "import { half } from '../../half.ts';\nimport { big } from 'big';\nexport const fold = (n: number) => big(half(n));\n",
    'src/half.ts':
      "import type { Kind } from './kind.ts';\n// a half\nexport const half = (n: number): number => n / 2;\nexport type Half = Kind;\n",
    'src/kind.ts': 'export type Kind = 1;\n',
    'src/flows/small/model/weights.json': '[1]',
    'src/flows/small/policy.yaml': 'a: 1\n',
    'node_modules/big/package.json': '{"version": "1.2.3"}',
  };
  let root: string;
  let made = 0;
  const write = async (file: string, text: string): Promise<void> => {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), text);
  };
  const codeNow = () => foldingCode(join(root, 'src', 'flows', 'small'));
  beforeEach(async () => {
    made += 1;
    root = join(folder, `small-${made}`);
    for (const [file, text] of Object.entries(files)) await write(file, text);
  });

  it('foldingCode() walks imports, without those of types', () => {
    expect(codeNow().parts).toEqual(['flows/small/model/weights.json', 'flows/small/reflex', 'half', 'big@1.2.3']);
  });

  it.each([
    ['a comment', 'src/half.ts', '// a half\n', '// one half of it\n'],
    ['a type', 'src/half.ts', '(n: number): number', '(n: number): Kind | number'],
    ['the layout', 'src/half.ts', 'n / 2', '(n /\n  2)'],
    ['what only types come from', 'src/kind.ts', '1', '2'],
    ['the policy', 'src/flows/small/policy.yaml', '1', '2'],
  ])('foldingCode() does not change with %s', async (_, file, from, to) => {
    const { code } = codeNow();
    const text = files[file] as string;
    expect(text).toContain(from);
    await write(file, text.replace(from, to));
    expect(codeNow().code).toBe(code);
  });

  it.each([
    ['a number', 'src/half.ts', 'n / 2', 'n / 3'],
    ['the model', 'src/flows/small/model/weights.json', '1', '2'],
    ['the version of a package', 'node_modules/big/package.json', '1.2.3', '1.2.4'],
    ['another import', 'src/flows/small/reflex.ts', "from 'big'", "from '../../kind.ts'"],
  ])('foldingCode() changes with %s', async (_, file, from, to) => {
    const { code } = codeNow();
    const text = files[file] as string;
    expect(text).toContain(from);
    await write(file, text.replace(from, to));
    expect(codeNow().code).not.toBe(code);
  });

  it('foldingCode() changes with a further file of the model, and with its name', async () => {
    const codes = [codeNow().code];
    await write('src/flows/small/model/more.json', '[]');
    codes.push(codeNow().code);
    await rm(join(root, 'src/flows/small/model/more.json'));
    await write('src/flows/small/model/other.json', '[]');
    codes.push(codeNow().code);
    expect(new Set(codes).size).toBe(3);
  });

  it('foldingCode() refuses an import that is computed, and a package that is not there', async () => {
    await write('src/half.ts', 'export const half = await import(String(1));\n');
    expect(codeNow).toThrow('imports what it computes');
    await write('src/half.ts', files['src/half.ts'] as string);
    await rm(join(root, 'node_modules'), { recursive: true });
    expect(codeNow).toThrow('Cannot find the package big');
  });

  it('foldingCode() of a flow without a reflex is always the same', async () => {
    await rm(join(root, 'src/flows/small/reflex.ts'));
    await rm(join(root, 'src/flows/small/model'), { recursive: true });
    expect(await readdir(join(root, 'src/flows/small'))).toEqual(['policy.yaml']);
    expect(codeNow().parts).toEqual([]);
  });
});
