/** A flow made by command, up to a decision of its case. The bug this hunts: a template that does not compile, lint or run. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROOT } from '../support/built.ts';
import { signalbox } from '../support/command.ts';

const run = promisify(execFile);
const BUILD_MS = 240_000;
const COPIED = ['.gitignore', 'src', 'examples', 'scripts', 'package.json', 'biome.json', 'tsconfig.json', 'tsconfig.build.json'];
const VERB = ['flow', 'new', 'late-parcels', '--type', 'parcel.late', '--subject', 'parcelId'];

describe('signalbox flow new', () => {
  let clone: string;
  beforeAll(async () => {
    clone = await mkdtemp(join(tmpdir(), 'signalbox-test-'));
    for (const name of COPIED) await cp(join(ROOT, name), join(clone, name), { recursive: true });
    await symlink(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
  });
  afterAll(() => rm(clone, { recursive: true }));

  const texts = () => Promise.all(['index', 'workflows'].map((list) => readFile(join(clone, 'src', 'flows', `${list}.ts`), 'utf8')));

  it(
    'makes a flow that compiles, passes the linter and is among those that are served and bundled',
    async () => {
      const made = await signalbox([...VERB, '--json'], {}, join(clone, 'src', 'flows'));
      expect(made).toMatchObject({ code: 0, errors: '' });
      const { files } = JSON.parse(made.output) as { files: string[] };
      expect(files.sort()).toEqual(
        [
          ...['flow.ts', 'policy.yaml', 'workflow.ts'].map((file) => `src/flows/late-parcels/${file}`),
          ...['src/flows/index.ts', 'src/flows/workflows.ts'],
        ].sort(),
      );
      const bin = (name: string) => join(clone, 'node_modules', '.bin', name);
      await run(bin('tsc'), ['-p', 'tsconfig.build.json'], { cwd: clone });
      await run(bin('biome'), ['lint', '--error-on-warnings', 'src', 'examples'], { cwd: clone });
      await run(bin('biome'), ['format', 'src/flows'], { cwd: clone });
      await run(process.execPath, ['scripts/build.mjs'], { cwd: clone });
      const script = `const { flows } = await import('./dist/flows/index.js');
        const { subjectOf } = await import('./dist/domain/eventType.js');
        const { parsePolicy } = await import('./dist/policy/policy.js');
        const flow = flows.at(-1);
        const data = { parcelId: 'p-1', amount: 20 };
        console.log(JSON.stringify([flow.name, flow.title, flow.workflow, subjectOf(flow, { type: 'parcel.late', data }), parsePolicy(flow, flow.policyText)]));`;
      const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { cwd: clone });
      expect(JSON.parse(stdout)).toEqual(['late-parcels', 'Late parcels', 'lateParcelsCase', 'p-1', { acceptUpTo: 50 }]);
      expect(await readFile(join(clone, 'dist', 'workflow-bundle.js'), 'utf8')).toContain('lateParcelsCase');
    },
    BUILD_MS,
  );

  it.each([
    ['a name that is taken', VERB, 'the name is taken'],
    ['the name of no flow', ['flow', 'new', 'unrouted', ...VERB.slice(3)], 'the name is taken'],
    [
      'a type that is taken',
      ['flow', 'new', 'other', '--type', 'payment.attempted', '--subject', 'id'],
      'fraud takes payment.attempted already',
    ],
    ['a field that the example has', ['flow', 'new', 'other', '--type', 'a.b', '--subject', 'note'], 'note is another field'],
  ])('changes nothing where it is given %s', async (_what, args, why) => {
    const before = await texts();
    const { code, output, errors } = await signalbox(args, {}, clone);
    expect({ code, output }).toEqual({ code: 2, output: '' });
    expect(errors).toContain(why);
    expect(await texts()).toEqual(before);
  });

  it('says what comes next', async () => {
    const { code, output } = await signalbox(['flow', 'new', 'more', '--type', 'more.asked', '--subject', 'moreId'], {}, clone);
    expect(code).toBe(0);
    expect(output).toContain('\n\nIt decides by an amount');
    expect(output).toContain(`npx signalbox events send --type more.asked --data '{"moreId": "x-1", "amount": 20}' --wait 5\n`);
  });

  it('says so where there is no clone', async () => {
    const { code, errors } = await signalbox(VERB, {}, tmpdir());
    expect(code).toBe(2);
    expect(errors).toMatch(/^Cannot make a flow here [^\n]+\n$/);
  });
});
