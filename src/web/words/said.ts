/** Text that strangers, models or senders wrote, cut into what is seen and what would be hidden. */
import { showHidden } from '../../domain/hiddenCharacters.ts';

export interface Piece {
  readonly text: string;
  /** Shown as the escape that names it: it would not be seen, or would change how the rest is. */
  readonly hidden: boolean;
}

/** How much of a text is shown before a reader asks for the rest. */
export const SAID_CHARS_SHOWN = 600;

/** Line ends stay where a text may have lines. */
export function piecesOf(text: string, lines: boolean): Piece[] {
  const pieces: { text: string; hidden: boolean }[] = [];
  for (const character of text) {
    const shown = lines && character === '\n' ? character : showHidden(character);
    const hidden = shown !== character;
    const last = pieces.at(-1);
    if (last !== undefined && last.hidden === hidden) last.text += shown;
    else pieces.push({ text: shown, hidden });
  }
  return pieces;
}

/** At most so many characters, never half of one. */
export function cutText(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  const cut = text.slice(0, charsMax);
  return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut;
}
