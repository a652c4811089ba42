/** The tests' workflows, bundled once a run: webpack takes seconds. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflows } from '../../src/run/workflowBundle.ts';
import { shared } from './shared.ts';

export async function workflowBundle(): Promise<{ codePath: string }> {
  return shared('workflow-bundle', async (folder) => {
    const { code } = await bundleWorkflows(fileURLToPath(new URL('../workflows/index.ts', import.meta.url)));
    const codePath = join(folder, 'workflow-bundle.js');
    await writeFile(codePath, code);
    return { codePath };
  });
}
