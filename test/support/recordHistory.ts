/**
 * Keeps the histories of a case under the name of the test that made them, when SIGNALBOX_RECORD is set and there is none of that name: what was
 * recorded once must replay for ever, so nothing is written over.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CaseWorld } from './caseWorld.ts';

const FOLDER = fileURLToPath(new URL('../replay/histories', import.meta.url));
/** How cases run now. Histories of earlier ways stay: what is live when a new way is deployed goes on in its own. */
const WAY = 'parked';
/** Of no use to a replay, and of the machine that recorded. */
const LEFT_OUT: Readonly<Record<string, string>> = { identity: 'recorder', stackTrace: '' };

export async function recordHistory(world: CaseWorld, caseId: string, name: string): Promise<void> {
  if (process.env.SIGNALBOX_RECORD === undefined) return;
  await mkdir(FOLDER, { recursive: true });
  const runs: string[] = [];
  for await (const { runId } of world.client.workflow.list({ query: `WorkflowId = "${caseId}"` })) runs.push(runId);
  for (const [at, runId] of runs.reverse().entries()) {
    const history = await world.client.workflow.getHandle(caseId, runId).fetchHistory();
    const text = JSON.stringify(history, (key, value: unknown) => LEFT_OUT[key] ?? value, 1).replaceAll(`@${hostname()}`, '@recorder');
    await writeFile(join(FOLDER, `${name}-${WAY}-run-${at + 1}.json`), `${text}\n`, { flag: 'wx' }).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      },
    );
  }
}
