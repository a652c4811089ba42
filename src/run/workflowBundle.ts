/** Workflows as one script for Temporal's sandbox: made ahead by the build, and by whoever runs from the sources. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';
import type { Flow } from '../domain/flow.ts';

const QUIET = { log() {}, trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error };
const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const near = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Of a module that exports workflows; ours unless told. Takes seconds. */
export async function bundleWorkflows(workflowsPath?: string): Promise<{ code: string }> {
  if (workflowsPath === undefined) return withEntry(bundleWorkflows);
  const payloadConverterPath = near(`../workflows/payloadConverter.${EXTENSION}`);
  return bundleWorkflowCode({ workflowsPath, payloadConverterPath, logger: QUIET });
}

/** What a worker runs: the case of each flow, from the flow's own folder, and the service's own. A list of them could lack one. */
function workflowExports(flows: readonly Pick<Flow, 'name' | 'workflow'>[]): string {
  const cases = flows.flatMap(({ name, workflow }) => (workflow === undefined ? [] : [[workflow, `../flows/${name}/workflow`] as const]));
  const own = ['actCase', 'noticeRun'].map((workflow) => [workflow, `../workflows/${workflow}`] as const);
  const all = [...cases, ...own];
  return all.map(([workflow, module]) => `export { ${workflow} } from ${JSON.stringify(near(`${module}.${EXTENSION}`))};\n`).join('');
}

async function withEntry<Made>(make: (path: string) => Promise<Made>): Promise<Made> {
  const { flows } = await import('../flows/flows.ts');
  // here, as the bundler looks for packages from where it begins
  const folder = await mkdtemp(near('../.workflows-'));
  try {
    const entry = join(folder, 'workflows.js');
    await writeFile(entry, workflowExports(flows));
    return await make(entry);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What the build has made; a bundle made now where there is none. */
export async function ourWorkflows(): Promise<{ codePath: string } | { code: string }> {
  const codePath = near('../workflow-bundle.js');
  return existsSync(codePath) ? { codePath } : bundleWorkflows();
}
