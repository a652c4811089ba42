/** `signalbox policy` as a shell sees it. The service is a fake on the wire; what needs none is tried without. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { fraud } from '../../src/flows/fraud/flow.ts';
import { freePort } from '../../src/local/freePort.ts';
import { openShell } from '../support/shell.ts';

const { asked, answers, printed, run, folder } = openShell();

async function file(name: string, content: string): Promise<string> {
  const path = join(folder(), name);
  await writeFile(path, content);
  return path;
}

const OLD = 'fraud@0123456789ab';
const NEW = 'fraud@ba9876543210';
const stored = {
  ...{
    version: OLD,
    flow: 'fraud',
    position: 2,
    at: '2026-01-01T00:00:00Z',
    origin: 'operator',
    by: 'ann',
    note: 'holidays',
    active: true,
  },
  ...{ text: 'bands: { reviewFrom: 0.1 }', content: { bands: { reviewFrom: 0.1 } } },
};

describe('policy lint', () => {
  it('policy lint judges by this build where no service runs, and says so', async () => {
    delete process.env.SIGNALBOX_URL;
    const path = await file('policy.yaml', fraud.policyText);
    expect(await run('policy', 'lint', path, '--flow', 'fraud')).toBe(0);
    expect(printed.out).toMatch(/ is fraud@[0-9a-f]{12}: nothing wrong\n$/);
    expect(printed.err).toBe("No service runs: judged by this build's flows\n");
  });

  it('policy lint names each wrong field with its line, and exits 1', async () => {
    const path = await file(
      'policy.yaml',
      fraud.policyText.replace('reviewFrom: 0.15', 'reviewFrom: 15').replace('runningCases', 'runingCases'),
    );
    expect(await run('policy', 'lint', path, '--flow', 'fraud', '--offline')).toBe(1);
    expect(printed.out).toMatch(/policy\.yaml \/bands\/reviewFrom line 5, column 15: must be at most 1$/m);
    expect(printed.out).toMatch(/policy\.yaml \/runingCases line \d+, column 1: is unknown here \(did you mean runningCases\?\)$/m);
    expect([asked, printed.err]).toEqual([[], '']);
  });

  it('policy lint asks the service that runs, which has the last word', async () => {
    const path = await file('policy.yaml', 'bands: {}');
    answers['/v1/flows/fraud/policies'] = [
      422,
      { status: 422, code: 'bad-policy', title: 'No', errors: [{ pointer: '/bands', detail: 'line 1, column 1: no' }] },
    ];
    expect(await run('policy', 'lint', path, '--flow', 'fraud', '--json')).toBe(1);
    expect(JSON.parse(printed.out)).toEqual({
      version: null,
      errors: [{ pointer: '/bands', detail: 'line 1, column 1: no' }],
      warnings: [],
    });
    expect(asked).toMatchObject([
      { method: 'POST', path: '/v1/flows/fraud/policies?dry=true', headers: { 'content-type': 'application/yaml' }, body: 'bands: {}' },
    ]);
    answers['/v1/flows/fraud/policies'] = [
      200,
      { version: NEW, previous: OLD, changed: true, warnings: [{ pointer: '/rungs', detail: 'line 1, column 1: hm' }] },
    ];
    expect(await run('policy', 'lint', path, '--flow', 'fraud')).toBe(0);
    expect(printed.out).toContain(`warning: line 1, column 1: hm\n${path} is ${NEW}: nothing wrong\n`);
  });

  it.each([
    ['no such file', ['policy', 'lint', '/none/policy.yaml', '--flow', 'fraud'], /^Cannot read \/none\/policy\.yaml: ENOENT/],
    ['no flow named', ['policy', 'lint', 'x'], /required option '--flow/],
    [
      'no such flow',
      ['policy', 'lint', new URL(import.meta.url).pathname, '--flow', 'none', '--offline'],
      /^Cannot lint for none as it must be a flow of this build: fraud/,
    ],
  ])('policy lint exits 2 with %s', async (_what, words, said) => {
    expect(await run(...words)).toBe(2);
    expect(printed.err).toMatch(said);
  });

  it('policy lint exits 2 where the service refuses to judge, and judges by itself where it is not there', async () => {
    const path = await file('policy.yaml', 'bands: {}');
    answers['/v1/flows/fraud/policies'] = [403, { status: 403, code: 'forbidden', title: 'No' }];
    expect(await run('policy', 'lint', path, '--flow', 'fraud')).toBe(2);
    expect(printed.err).toMatch(/^403 forbidden/);
    answers['/v1/flows/other/policies'] = [404, { status: 404, code: 'not-found', title: 'No' }];
    expect(await run('policy', 'lint', path, '--flow', 'other')).toBe(2);
    expect(printed.err).toMatch(/^Cannot lint for other as the service has no such flow$/m);
    process.env.SIGNALBOX_URL = `http://127.0.0.1:${await freePort()}`;
    expect(await run('policy', 'lint', path, '--flow', 'fraud')).toBe(1);
    expect(printed.err).toMatch(/^Cannot reach Signalbox at .*: ECONNREFUSED: judged by this build's flows$/m);
    expect(printed.out).toMatch(/ \/rules line 1, column 1: is missing/);
  });
});

describe('policy show', () => {
  it('policy show prints the text alone on standard output, so that it can be kept', async () => {
    answers['/v1/flows/fraud/policies/active'] = [200, stored];
    expect(await run('policy', 'show', 'fraud')).toBe(0);
    expect(printed).toEqual({
      out: 'bands: { reviewFrom: 0.1 }\n',
      err: `${OLD}, switched on 2026-01-01T00:00:00Z by operator ann, active: holidays\n`,
    });
  });

  it('policy show takes a version, and exits 1 where there is none', async () => {
    answers[`/v1/flows/fraud/policies/${OLD}`] = [200, stored];
    expect(await run('policy', 'show', 'fraud', '--policy-version', OLD, '--json')).toBe(0);
    expect(JSON.parse(printed.out)).toEqual(stored);
    expect(await run('policy', 'show', 'fraud', '--policy-version', NEW)).toBe(1);
    expect(await run('policy', 'show', '--policy-version', NEW)).toBe(2);
  });

  it('policy show without a flow says which policy each has', async () => {
    answers['/v1/flows'] = [200, { items: [{ name: 'fraud' }] }];
    answers['/v1/flows/fraud/policies/active'] = [200, stored];
    expect(await run('policy', 'show')).toBe(0);
    expect(printed.out).toMatch(/^fraud +fraud@0123456789ab +2026-01-01T00:00:00Z +operator ann +holidays$/m);
  });
});

describe('policy list', () => {
  it('policy list prints who switched what on', async () => {
    const build = { ...stored, origin: 'build', by: null, note: null, active: false };
    answers['/v1/flows/fraud/policies'] = [200, { items: [build, stored], next: 'abc', more: true }];
    expect(await run('policy', 'list', 'fraud', '--limit', '2')).toBe(0);
    expect(printed.out).toMatch(/ {2}fraud@0123456789ab {11}build {9}2$/m);
    expect(printed.out).toMatch(/ {2}fraud@0123456789ab \(active\) {2}operator ann {2}2 {5}holidays$/m);
    expect(printed.err).toBe('There are more: --after abc\n');
  });
});

describe('policy diff', () => {
  it('policy diff of two files needs no service: paths, old and new values, exit 1', async () => {
    process.env.SIGNALBOX_URL = `http://127.0.0.1:${await freePort()}`;
    const from = await file(
      'a.yaml',
      'bands: { reviewFrom: 0.1, declineFrom: 0.9 }\nprompts:\n  review:\n    system: x\n    question: |-\n      One\n      Two\n      Four\nrungs: [{ rung: rules }]\na/b: 1\n',
    );
    const to = await file(
      'b.yaml',
      '# another order, a comment\nrungs: [{ rung: rules }, { rung: human }]\nbands: { declineFrom: 0.9, reviewFrom: 0.2 }\nprompts:\n  review:\n    system: x\n    question: |-\n      One\n      Three\n      Four\n',
    );
    expect(await run('policy', 'diff', 'fraud', from, to)).toBe(1);
    expect(printed.out).toBe(
      [
        '/bands/reviewFrom: rose from 0.1 to 0.2',
        '/prompts/review/question: says something else:  (what the LLM is told)',
        '  - Two',
        '  + Three',
        '/rungs/1: is new: {"rung":"human"}  (who is asked, in this order)',
        '/a~1b: is gone; it was 1',
        '',
      ].join('\n'),
    );
  });

  it('policy diff without a second says what a file would change in the active policy', async () => {
    answers['/v1/flows/fraud/policies/active'] = [200, stored];
    const path = await file('new.yaml', 'bands: { reviewFrom: 0.3 }');
    expect(await run('policy', 'diff', 'fraud', path, '--json')).toBe(1);
    expect(JSON.parse(printed.out)).toEqual({
      from: 'active',
      to: path,
      differences: [
        {
          ...{ pointer: '/bands/reviewFrom', path: ['bands', 'reviewFrom'], change: 'changed', from: 0.1, to: 0.3 },
          ...{ text: 'rose from 0.1 to 0.3', meaning: null },
        },
      ],
    });
  });

  it('policy diff of two versions asks the service, and says what it says', async () => {
    const told = { pointer: '/x', path: ['x'], change: 'added', to: 1, text: 'is new: 1', meaning: 'a test' };
    answers[`/v1/flows/fraud/policies/${NEW}/diff`] = [200, { flow: 'fraud', version: NEW, against: OLD, differences: [told] }];
    expect(await run('policy', 'diff', 'fraud', OLD, NEW)).toBe(1);
    expect(printed.out).toBe('/x: is new: 1  (a test)\n');
    expect(asked.map(({ path }) => decodeURIComponent(path))).toEqual([`/v1/flows/fraud/policies/${NEW}/diff?against=${OLD}`]);
  });

  it('policy diff exits 0 where only the layout differs', async () => {
    answers[`/v1/flows/fraud/policies/${OLD}`] = [200, stored];
    expect(await run('policy', 'diff', 'fraud', OLD, await file('same.yaml', 'bands:\n  reviewFrom: 1e-1\n'))).toBe(0);
    expect(printed.out).toMatch(/ have the same content\n$/);
  });

  it('policy diff exits 2 where a file is no YAML, and 1 where a version is not there', async () => {
    answers['/v1/flows/fraud/policies/active'] = [200, stored];
    expect(await run('policy', 'diff', 'fraud', await file('bad.yaml', 'a: 1\na: 2'))).toBe(2);
    expect(printed.err).toMatch(/bad\.yaml: Cannot use the policy of fraud: line 2, column 1: Map keys must be unique\n$/);
    expect(await run('policy', 'diff', 'fraud', NEW)).toBe(1);
  });
});

describe('policy activate', () => {
  it('policy activate sends the file with its note, and says what was on before', async () => {
    answers['/v1/flows/fraud/policies'] = [
      201,
      { version: NEW, previous: OLD, changed: true, warnings: [{ pointer: '/rungs/2', detail: 'hm' }] },
    ];
    const path = await file('policy.yaml', 'bands: {}\n');
    expect(await run('policy', 'activate', path, '--flow', 'fraud', '--note', 'holidays', '--if-active', OLD)).toBe(0);
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ text: 'bands: {}\n', note: 'holidays' });
    expect(asked[0]).toMatchObject({
      method: 'POST',
      path: '/v1/flows/fraud/policies',
      headers: { 'if-match': `"${OLD}"`, 'content-type': 'application/json' },
    });
    expect(printed).toEqual({ out: `fraud: policy ${OLD} -> ${NEW}\n`, err: `${path} /rungs/2 warning: hm\n` });
  });

  it('policy activate says so where nothing changes', async () => {
    answers['/v1/flows/fraud/policies'] = [200, { version: OLD, previous: OLD, changed: false, warnings: [] }];
    expect(await run('policy', 'activate', await file('policy.yaml', 'x'), '--flow', 'fraud')).toBe(0);
    expect(printed.out).toBe(`nothing to switch: the content of ${OLD} is active already\n`);
  });

  it.each([
    [422, 'bad-policy', 1],
    [412, 'stale', 1],
    [403, 'forbidden', 2],
    [503, 'other-code', 2],
  ])('policy activate passes %i on, with exit code', async (status, code, exit) => {
    answers['/v1/flows/fraud/policies'] = [
      status,
      { status, code, title: 'No', errors: [{ pointer: '/bands', detail: 'line 1, column 1: is unknown here' }] },
    ];
    expect(await run('policy', 'activate', await file('policy.yaml', 'bands: {}'), '--flow', 'fraud')).toBe(exit);
    expect(printed.err).toMatch(new RegExp(`^${status} ${code}: No; /bands line 1, column 1: is unknown here`));
  });
});
