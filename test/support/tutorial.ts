/** A page whose code blocks are steps: commands to run, what they print, files to write and changes of files. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** ` ```<kind> <file>`, as the page has it. */
export interface Step {
  readonly kind: 'sh' | 'text' | 'diff' | 'ts';
  readonly file: string;
  readonly text: string;
  /** The line of the page where it begins. */
  readonly line: number;
}

const BLOCK = /^```(?<kind>sh|text|diff|ts)(?: (?<file>\S+))?\n(?<text>[\s\S]*?)^```$/gm;

/** The steps of a section, in order. Throws where the page has no such section. */
export function stepsOf(page: string, section: string): Step[] {
  const from = page.indexOf(`\n## ${section}\n`);
  if (from === -1) throw new Error(`The page has no section ${section}`);
  const to = page.indexOf('\n## ', from + 1);
  return [...page.slice(0, to === -1 ? page.length : to).matchAll(BLOCK)]
    .filter(({ index }) => index > from)
    .map(({ groups, index }) => ({
      ...{ kind: groups?.kind as Step['kind'], file: groups?.file ?? '', text: groups?.text ?? '' },
      line: page.slice(0, index).split('\n').length,
    }));
}

/** Lines that a reader would look for; ` ... ` in one stands for anything. Gives those that are not there. */
export function missingLines(expected: string, output: string): string[] {
  const lines = output.split('\n');
  const shown = (parts: readonly string[]) =>
    lines.some((line) => {
      let from = 0;
      return parts.every((part) => {
        const at = line.indexOf(part, from);
        from = at + part.length;
        return at !== -1;
      });
    });
  return expected.split('\n').filter((line) => line !== '' && !shown(line.split(' ... ')));
}

/** Writes a file, or changes it: each hunk's old lines must stand in it once. */
export async function applyStep(root: string, { kind, file, text, line }: Step): Promise<void> {
  const path = join(root, file);
  if (kind === 'ts') return writeFile(path, text);
  let content = await readFile(path, 'utf8');
  for (const hunk of text.split(/^@@\n/m)) {
    const lines = hunk.replace(/\n$/, '').split('\n');
    const side = (left: string): string => lines.flatMap((one) => (one.startsWith(left) ? [] : [`${one.slice(1)}\n`])).join('');
    const [before, after] = [side('+'), side('-')];
    if (content.split(before).length !== 2)
      throw new Error(`Cannot change ${file} as the page says from line ${line} on: it must hold these lines once:\n${before}`);
    content = content.replace(before, () => after);
  }
  await writeFile(path, content);
}
