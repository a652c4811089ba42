/** Compiles a clone as `npm run build` does, so that the next start has what its sources say. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CannotRun } from '../domain/errors.ts';

const BUILD_TIMEOUT_MS = 600_000;
const SAID_CHARS_MAX = 2000;

/** Throws CannotRun with what the compiler said. */
export async function buildClone(root: string): Promise<void> {
  try {
    await promisify(execFile)('npm', ['run', '--silent', 'build'], { cwd: root, timeout: BUILD_TIMEOUT_MS });
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
    const said = `${stdout}${stderr}`.trim() || message;
    throw new CannotRun(`Cannot build what the sources are now: ${said.slice(0, SAID_CHARS_MAX)}`);
  }
}
