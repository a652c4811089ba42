/** The steps of docs/flows.md, as a reader takes them: the bug hunted here is a page that was right once. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Clone, makeClone } from '../support/clone.ts';
import { eventually } from '../support/eventually.ts';
import { newDataFolder, startTestStack, type TestStack } from '../support/stack.ts';
import { applyStep, missingLines, type Step, stepsOf } from '../support/tutorial.ts';

const PAGE_MS = 900_000;
/** What may be asked again until it shows what happened meanwhile. */
const LOOKS = /^npx signalbox (?:\S+ list|quality)\b/;

let clone: Clone;
let data: string;
let stack: TestStack | undefined;
beforeAll(async () => {
  data = await newDataFolder();
  clone = await makeClone({ SIGNALBOX_DATA: data });
}, PAGE_MS);
afterAll(async () => {
  await stack?.stop();
  await clone?.remove();
});

const wordsOf = (command: string): string[] => [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');

async function run(command: string): Promise<string> {
  const [program, ...args] = wordsOf(command);
  if (command === 'npm start') {
    await stack?.end();
    stack = await startTestStack({}, data, clone.main);
    return stack.output();
  }
  if (program === 'npm') return clone.npm(...args);
  expect([program, args.shift()]).toEqual(['npx', 'signalbox']);
  const { code, output, errors } = await clone.signalbox(...args);
  expect({ command, code, errors }).toEqual({ command, code: 0, errors: '' });
  return output;
}

async function look(commands: readonly string[], { text, line }: Step, output: string): Promise<void> {
  const missing = await eventually(async () => {
    const again = await Promise.all(commands.filter((command) => LOOKS.test(command)).map(run));
    const left = missingLines(text, [output, ...again].join('\n'));
    return left.length === 0 ? left : null;
  }).catch(() => missingLines(text, output));
  expect({ line, missing }).toEqual({ line, missing: [] });
}

it(
  'docs/flows.md: each step does what the page says, up to the flow that runs',
  async () => {
    const page = await readFile(join(clone.root, 'docs', 'flows.md'), 'utf8');
    const steps = stepsOf(page, 'A business, step by step');
    expect(new Set(steps.map(({ kind }) => kind))).toEqual(new Set(['sh', 'text', 'diff', 'ts']));
    let said: { commands: readonly string[]; output: string } = { commands: [], output: '' };
    for (const step of steps) {
      if (step.kind === 'text') await look(said.commands, step, said.output);
      else if (step.kind === 'sh') {
        const commands = step.text.trimEnd().split('\n');
        const outputs: string[] = [];
        for (const command of commands) outputs.push(await run(command));
        said = { commands, output: outputs.join('\n') };
      } else await applyStep(clone.root, step);
    }
    await clone.run('tsc', '-p', 'tsconfig.json', '--noEmit');
    await clone.run('biome', 'lint', '--error-on-warnings', 'src/flows/returns');
    await clone.run('biome', 'format', 'src/flows/returns');
    expect(await clone.signalbox('audit')).toMatchObject({ code: 0, output: expect.stringContaining('It adds up.') });
  },
  PAGE_MS,
);

it('missingLines() and applyStep() would notice a page that is wrong', async () => {
  expect(missingLines('a ... c\nb ... a\n', 'a b c')).toEqual(['b ... a']);
  const step = { kind: 'diff', file: 'x.txt', text: ' one\n-two\n+three\n', line: 7 } as const;
  await writeFile(join(clone.root, 'x.txt'), 'one\ntwo\n');
  await applyStep(clone.root, step);
  expect(await readFile(join(clone.root, 'x.txt'), 'utf8')).toBe('one\nthree\n');
  await expect(applyStep(clone.root, step)).rejects.toThrow('as the page says from line 7 on');
  expect(() => stepsOf('# A\n', 'B')).toThrow('no section B');
});
