/** What a verb prints on standard output: JSON for programs, aligned columns for people. */

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** One object a line, for streams. */
export function printJsonLine(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/**
 * Text that came in with an event must not steer the terminal that shows it: control characters (escape sequences, line ends,
 * the C1 range) and the marks that turn the direction of text are shown as what they are.
 */
function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
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
