/**
 * What a verb prints on standard output: JSON for programs, aligned columns for people. Text that came in with an event must not steer the
 * terminal that shows it, so hidden characters are escaped in both.
 */
import { printExact, withoutMarks } from '../../client/exactJson.ts';
import { escapeHiddenInJson, showHidden } from '../../domain/hiddenCharacters.ts';

const plain = (text: string): string => showHidden(withoutMarks(text));

export function printJson(value: unknown): void {
  process.stdout.write(`${escapeHiddenInJson(printExact(value, 2))}\n`);
}

/** One object a line, for streams. */
export function printJsonLine(value: unknown): void {
  process.stdout.write(`${escapeHiddenInJson(printExact(value))}\n`);
}

export function printLine(text: string): void {
  process.stdout.write(`${plain(text)}\n`);
}

/** The last column is not padded, so long texts at the end of a line do no harm. */
export function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const lines = [header, ...rows].map((row) => row.map(plain));
  const widths = header.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  for (const line of lines) {
    const cells = line.map((cell, at) => (at === line.length - 1 ? cell : cell.padEnd(widths[at] ?? 0)));
    process.stdout.write(`${cells.join('  ').trimEnd()}\n`);
  }
}

/** Says on standard error, so that it never mixes with data. */
export function say(text: string): void {
  process.stderr.write(`${plain(text)}\n`);
}
