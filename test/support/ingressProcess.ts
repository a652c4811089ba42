/** `signalbox ingress` in a process of its own, on a port that the system gives. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ensureBuilt, MAIN } from './built.ts';

export interface IngressProcess {
  readonly pid: number;
  readonly url: string;
  /** As an operator would; its exit code. */
  stop(): Promise<number | null>;
}

const READY_TIMEOUT_MS = 60_000;

/** `env` names the database and Temporal. */
export async function startIngressProcess(env: Readonly<Record<string, string>>): Promise<IngressProcess> {
  await ensureBuilt();
  const child = spawn(process.execPath, [MAIN, 'ingress'], {
    env: { ...process.env, NODE_ENV: '', NODE_OPTIONS: '', PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const signal = AbortSignal.timeout(READY_TIMEOUT_MS);
  const ready = once(child, 'message', { signal }).then(([message]) => (message as { url: string }).url);
  const gone = ended.then((code) => Promise.reject(new Error(`the ingress ended with ${code}:\n${output}`)));
  gone.catch(() => undefined);
  const url = await Promise.race([ready, gone]).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  return {
    pid: child.pid ?? 0,
    url,
    stop: async () => {
      child.kill('SIGTERM');
      return await ended;
    },
  };
}
