/** The built command, as an operator types it. */
import { execFile } from 'node:child_process';
import { ensureBuilt, MAIN } from './built.ts';

export interface CommandResult {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

const TIMEOUT_MS = 120_000;
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

/** Any exit code; throws where it ended by a signal or took too long. */
export async function signalbox(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd?: string,
  timeoutMs = TIMEOUT_MS,
): Promise<CommandResult> {
  await ensureBuilt();
  const options = {
    cwd,
    env: { ...process.env, NODE_ENV: '', NODE_OPTIONS: '', ...env },
    timeout: timeoutMs,
    maxBuffer: OUTPUT_BYTES_MAX,
  };
  return await new Promise((resolve, reject) => {
    execFile(process.execPath, [MAIN, ...args], options, (error, output, errors) => {
      if (error !== null && typeof error.code !== 'number')
        reject(new Error(`signalbox ${args.join(' ')}: ${error.message}`, { cause: error }));
      else resolve({ code: error === null ? 0 : Number(error.code), output, errors });
    });
  });
}
