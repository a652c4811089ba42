/** The console for browsers: Vite makes it from src/web into dist/web. A first load above its budget fails the build. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

/** Gzipped: the page, its style and every script that it cannot show itself without. */
const FIRST_LOAD_BYTES_MAX = 300_000;

const gzipped = (bytes) => gzipSync(bytes, { level: 9 });

/** The entry and all that it imports before it runs; what is imported lazily is loaded when a page wants it. */
function filesOfFirstLoad(manifest) {
  const [entry] = Object.keys(manifest).filter((name) => manifest[name].isEntry);
  const found = new Set();
  const visit = (name) => {
    const { file, css = [], imports = [] } = manifest[name];
    if (found.has(file)) return;
    found.add(file);
    for (const style of css) found.add(style);
    for (const next of imports) visit(next);
  };
  visit(entry);
  return [...found, 'index.html'];
}

/** Beside each file its gzipped form, so that serving it costs nothing; the list of them is written last. */
export async function buildConsole({ source, target }) {
  await build({
    root: source,
    base: '/',
    configFile: false,
    logLevel: 'error',
    oxc: { jsx: { runtime: 'automatic' } },
    // an inlined file would be a data: address, which the page's own policy forbids
    build: {
      outDir: target,
      emptyOutDir: true,
      manifest: 'manifest.json',
      assetsInlineLimit: 0,
      target: 'es2022',
      modulePreload: { polyfill: false },
    },
  });
  const manifest = JSON.parse(await readFile(join(target, 'manifest.json'), 'utf8'));
  const names = (await readdir(target, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name !== 'manifest.json')
    .map((entry) => join(entry.parentPath, entry.name).slice(target.length + 1));
  const sizes = new Map();
  for (const name of names) {
    const packed = gzipped(await readFile(join(target, name)));
    sizes.set(name, packed.length);
    await writeFile(join(target, `${name}.gz`), packed);
  }
  const first = filesOfFirstLoad(manifest);
  const bytes = first.reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0);
  if (bytes > FIRST_LOAD_BYTES_MAX)
    throw new Error(`The console's first load is ${bytes} bytes gzipped, at most ${FIRST_LOAD_BYTES_MAX} are allowed: ${first.join(', ')}`);
  await writeFile(join(target, 'files.json'), JSON.stringify(names));
  return bytes;
}
