/** After tsc: what TypeScript leaves out of dist, the command's executable bit, and the workflows bundled ahead so that a worker starts at once. */
import { chmod, copyFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, extname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildConsole } from './buildConsole.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = join(root, 'src');
const target = join(root, 'dist');
/** Its sources become a bundle. */
const web = join(source, 'web');
/** Compiled, or for readers of the sources. */
const LEFT_OUT = new Set(['.ts', '.md']);
const SHEBANG = '#!/usr/bin/env node\n';

async function copyAssets() {
  // a migration that was renamed would otherwise run under both names
  await rm(join(target, 'log', 'migrations'), { recursive: true, force: true });
  const entries = await readdir(source, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && !LEFT_OUT.has(extname(entry.name)) && !entry.parentPath.startsWith(web))
    .map((entry) => join(entry.parentPath, entry.name));
  for (const file of files) {
    const copy = join(target, relative(source, file));
    await mkdir(dirname(copy), { recursive: true });
    await copyFile(file, copy);
  }
  return files.length;
}

/** So that whoever starts need not parse what folds. */
async function writeCodes() {
  const { foldingCode } = await import(pathToFileURL(join(target, 'flows', 'foldingCode.js')).href);
  const flows = await readdir(join(target, 'flows'), { withFileTypes: true });
  for (const { name } of flows.filter((entry) => entry.isDirectory())) {
    const folder = join(target, 'flows', name);
    await writeFile(join(folder, 'code.txt'), `${foldingCode(folder).code}\n`);
  }
}

async function markExecutable() {
  const main = join(target, 'main.js');
  const text = await readFile(main, 'utf8');
  if (!text.startsWith('#!')) await writeFile(main, SHEBANG + text);
  await chmod(main, 0o755);
}

/** It takes longest of all, and most changes are none of its own. */
async function isConsoleBuilt() {
  const built = await stat(join(target, 'web', 'files.json')).catch(() => null);
  if (built === null) return false;
  // what a browser's code may import
  const folders = ['web', 'client', 'wire', 'domain'].map((name) => join(source, name));
  const files = await Promise.all(
    folders.map(async (folder) => {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      return [folder, ...entries.map((entry) => join(entry.parentPath, entry.name))];
    }),
  );
  const others = ['scripts/buildConsole.mjs', 'package.json', 'tsconfig.json'].map((name) => join(root, name));
  const times = await Promise.all([...files.flat(), ...others].map(async (file) => (await stat(file)).mtimeMs));
  return Math.max(...times) < built.mtimeMs;
}

async function bundle() {
  const { bundleWorkflows } = await import(pathToFileURL(join(target, 'run', 'workflowBundle.js')).href);
  const { code } = await bundleWorkflows();
  await writeFile(join(target, 'workflow-bundle.js'), code);
  return code.length;
}

const copied = await copyAssets();
await writeCodes();
await markExecutable();
const firstLoad = (await isConsoleBuilt()) ? null : await buildConsole({ source: web, target: join(target, 'web') });
const bytes = await bundle();
console.log(
  `dist is complete: ${copied} files copied, ${firstLoad === null ? 'the console is as it was' : `the console loads ${Math.round(firstLoad / 1000)} kB gzipped`}, workflows bundled into ${Math.round(bytes / 1024)} kB`,
);
