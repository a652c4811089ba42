/** examples/: for each business a first decision by curl, Node and Python, run as a reader runs them. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rename } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { flows } from '../../src/flows/flows.ts';
import type { BatchResults, Receipt } from '../../src/wire/receipt.ts';
import { startIngress, type TestIngress } from '../support/ingress.ts';
import { startPostgres } from '../support/postgres.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const INSTALL_MS = 120_000;

const EXPECTED: Record<string, readonly string[]> = {
  fraud: ['approve'],
  maintenance: ['normal'],
  personalization: ['recommend'],
  pricing: ['hold', 'reprice'],
  supply: ['reorder'],
};

/** The folder of the Python SDK, kept beside the programs that tests fetch; null where there is no Python or no index to have it from. */
async function pythonSdk(): Promise<string | null> {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'signalbox');
  const [pinned = ''] = (await readFile(`${root}/examples/requirements.txt`, 'utf8')).split('\n');
  const folder = join(cache, `python-${pinned}`);
  if ((await readdir(folder).catch(() => [])).length > 0) return folder;
  await mkdir(cache, { recursive: true });
  const fresh = await mkdtemp(join(cache, 'python-'));
  const install = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--target',
    fresh,
    '-r',
    `${root}/examples/requirements.txt`,
  ];
  try {
    await run('python3', install, { timeout: INSTALL_MS });
    // whole or not at all: another run may have been quicker
    await rename(fresh, folder).catch(() => undefined);
    return folder;
  } catch {
    return null;
  }
}

const sdk = await pythonSdk();
const ways: [way: string, command: (business: string) => [string, string[]]][] = [
  ['curl', (business) => ['sh', [`examples/${business}/first.sh`]]],
  ['node', (business) => [process.execPath, [`examples/${business}/first.mjs`]]],
  ['python', (business) => ['python3', [`examples/${business}/first.py`]]],
];

describe('examples', () => {
  let ingress: TestIngress;
  beforeAll(async () => {
    ingress = await startIngress({ database: await (await startPostgres()).fresh(), flows });
  });
  afterAll(() => ingress.close());

  it('examples has a folder for each flow', async () => {
    const folders = (await readdir(`${root}/examples`, { withFileTypes: true })).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => name).sort()).toEqual(flows.map(({ name }) => name).sort());
    expect(Object.keys(EXPECTED).sort()).toEqual(flows.map(({ name }) => name).sort());
  });

  for (const [way, command] of ways) {
    const runs = way !== 'python' || sdk !== null;
    const title = runs ? `examples give a first decision by ${way}` : 'examples by python are not run: no SDK can be had here';
    (runs ? it : it.skip)(title, async () => {
      const env = { ...process.env, SIGNALBOX_URL: ingress.url, PYTHONPATH: sdk ?? '' };
      for (const [business, outcomes] of Object.entries(EXPECTED)) {
        const { stdout, stderr } = await run(...command(business), { cwd: root, env });
        const told = stdout.trim().split('\n').at(-1) ?? '';
        const answer = JSON.parse(told) as Receipt | BatchResults;
        const receipt = 'results' in answer ? answer.results.at(-1) : answer;
        expect(stderr).toBe('');
        expect(receipt).toMatchObject({ flow: business, subject: expect.stringContaining(way), decision: expect.anything() });
        expect(outcomes).toContain((receipt as Receipt).decision?.outcome);
      }
      expect(ingress.errors).toEqual([]);
    });
  }
});
