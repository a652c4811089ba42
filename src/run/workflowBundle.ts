/** Workflows as one script for Temporal's sandbox: made ahead by the build, and by whoever runs from the sources. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

const QUIET = { log() {}, trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error };
const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const near = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Of a module that exports workflows; ours unless told. Takes seconds. */
export async function bundleWorkflows(workflowsPath = near(`../flows/workflows.${EXTENSION}`)): Promise<{ code: string }> {
  const payloadConverterPath = near(`../workflows/payloadConverter.${EXTENSION}`);
  return bundleWorkflowCode({ workflowsPath, payloadConverterPath, logger: QUIET });
}

/** What the build has made; a bundle made now where there is none. */
export async function ourWorkflows(): Promise<{ codePath: string } | { code: string }> {
  const codePath = near('../workflow-bundle.js');
  return existsSync(codePath) ? { codePath } : bundleWorkflows();
}
