/** What a flow's folder holds beside its code: the text of its policy, and which code it is. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Flow } from '../domain/flow.ts';
import { foldingCode } from './foldingCode.ts';

/** Written by the build, which knows the code already; who runs from the sources works it out. */
const CODE_FILE = 'code.txt';

/** `flowUrl` is `import.meta.url` of the folder's flow.ts. */
export function flowFolder(flowUrl: string): Pick<Flow, 'policyText' | 'code'> {
  const folder = dirname(fileURLToPath(flowUrl));
  const built = join(folder, CODE_FILE);
  return {
    policyText: readFileSync(join(folder, 'policy.yaml'), 'utf8'),
    code: existsSync(built) ? readFileSync(built, 'utf8').trim() : foldingCode(folder).code,
  };
}
