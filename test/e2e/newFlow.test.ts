/**
 * A flow made by command in a clone. The bug this hunts: a template that does not compile or lint, and a flow that needs more than its folder and
 * a line. That it runs, up to a person's word, is seen by the tutorial's test.
 */
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Clone, makeClone } from '../support/clone.ts';
import { signalbox } from '../support/command.ts';

const BUILD_MS = 300_000;
const INDEX = join('src', 'flows', 'index.ts');
const VISITS = ['flow', 'new', 'visits', '--type', 'visit.asked', '--subject', 'visitId'];

let clone: Clone;
beforeAll(async () => {
  clone = await makeClone();
}, BUILD_MS);
afterAll(() => clone?.remove());

const index = async (): Promise<string[]> => (await readFile(join(clone.root, INDEX), 'utf8')).trimEnd().split('\n');

describe('signalbox flow new', () => {
  it(
    'makes a folder and a line in the index, and builds them',
    async () => {
      const lines = await index();
      const { code, output, errors } = await clone.signalbox(...VISITS);
      expect({ code, errors }).toEqual({ code: 0, errors: '' });
      const folder = [
        'README.md',
        'briefing.ts',
        'events.ts',
        'flow.ts',
        'policy.ts',
        'policy.yaml',
        'reflex.ts',
        'test/flow.test.ts',
        'workflow.ts',
      ];
      const files = [...folder.map((file) => `src/flows/visits/${file}`), INDEX];
      expect(output).toBe(
        `${files.join('\n')}\n\nIt decides by an amount; make it yours: src/flows/visits/README.md says what is where. It takes events as it is:\n\n` +
          `  npm start\n  npx signalbox events send --type visit.asked --data '{"visitId": "s-1", "amount": 20}' --wait 5\n\n` +
          'A stack that runs already is of the build from before: end it first, with Ctrl-C in its terminal.\n',
      );
      expect(await clone.changed()).toEqual(files.toSorted());
      expect(await index()).toEqual([...lines, "export { visitsFlow } from './visits/flow.ts';"]);
    },
    BUILD_MS,
  );

  it(
    'makes what is formatted, passes the linter, and has a policy without a fault',
    async () => {
      await clone.run('biome', 'lint', '--error-on-warnings', 'src/flows');
      await clone.run('biome', 'format', 'src/flows');
      const linted = await clone.signalbox('policy', 'lint', 'src/flows/visits/policy.yaml', '--flow', 'visits', '--json');
      expect({ code: linted.code, ...JSON.parse(linted.output) }).toMatchObject({ code: 0, errors: [] });
    },
    BUILD_MS,
  );

  it('is as well formed with the longest words that it takes', async () => {
    const [name, type, subject] = [`${'a-2345678-'.repeat(4)}1`, 'a'.repeat(100), 'b'.repeat(64)];
    const made = await clone.signalbox('flow', 'new', name, '--type', type, '--subject', subject, '--no-build', '--json');
    expect(made).toMatchObject({ code: 0, errors: '' });
    expect(JSON.parse(made.output)).toMatchObject({ flow: name, files: expect.arrayContaining([INDEX]) });
    await clone.run('biome', 'format', 'src/flows');
    await clone.run('biome', 'lint', '--error-on-warnings', 'src/flows');
  });

  it.each([
    ['a name that is taken', VISITS.with(4, 'visit.other'), 'the name is taken'],
    ['the name of no flow', ['flow', 'new', 'unrouted', '--type', 'a.b', '--subject', 'id'], 'the name is taken'],
    ['a type that is taken', ['flow', 'new', 'other', '--type', 'payment.attempted', '--subject', 'id'], 'fraud takes payment.attempted'],
    ['a type that a new flow has taken', ['flow', 'new', 'other', '--type', 'visit.asked', '--subject', 'id'], 'visits takes visit.asked'],
    ['a field that it has', ['flow', 'new', 'other', '--type', 'a.b', '--subject', 'note'], 'note is another field'],
    ['a type that is too long', ['flow', 'new', 'other', '--type', 'a'.repeat(101), '--subject', 'id'], 'up to 100 letters'],
  ])('changes nothing where it is given %s', async (_what, args, why) => {
    const before = [await clone.changed(), await index()];
    const { code, output, errors } = await clone.signalbox(...args);
    expect({ code, output }).toEqual({ code: 2, output: '' });
    expect(errors).toContain(why);
    expect([await clone.changed(), await index()]).toEqual(before);
  });

  it('says so where there is no clone', async () => {
    const { code, errors } = await signalbox(VISITS, {}, tmpdir());
    expect(code).toBe(2);
    expect(errors).toMatch(/^Cannot make a flow here [^\n]+\n$/);
  });
});
