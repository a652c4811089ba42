/** The tests' workflows, bundled once a run: webpack takes seconds. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';
import { shared } from './shared.ts';

const quiet = { log() {}, trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error };

export async function workflowBundle(): Promise<{ codePath: string }> {
  return shared('workflow-bundle', async (folder) => {
    const workflowsPath = fileURLToPath(new URL('../workflows/index.ts', import.meta.url));
    const { code } = await bundleWorkflowCode({ workflowsPath, logger: quiet });
    const codePath = join(folder, 'workflow-bundle.js');
    await writeFile(codePath, code);
    return { codePath };
  });
}
