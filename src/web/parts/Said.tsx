import { createContext, useContext, useState } from 'react';
import { count } from '../words/numbers.ts';
import { cutText, piecesOf, SAID_CHARS_SHOWN } from '../words/said.ts';

/** Whether it is inside of a link, where there can be no button: a long text stays cut there. */
export const InLink = createContext(false);

interface SaidProps {
  readonly text: string;
  readonly lines?: boolean;
  readonly charsMax?: number;
  /** Inside of a button or a summary too. */
  readonly cut?: boolean;
}

/** Text from anywhere: only ever text, each hidden character shown as what it is, a long one cut until it is asked for. */
export function Said({ text, lines = false, charsMax = SAID_CHARS_SHOWN, cut = false }: SaidProps) {
  const inLink = useContext(InLink);
  const [whole, setWhole] = useState(false);
  const shown = whole ? text : cutText(text, charsMax);
  return (
    <bdi className={lines ? 'said lines' : 'said'}>
      {piecesOf(shown, lines).map(({ text: piece, hidden }, at) =>
        hidden ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no other name, and never move
          <code key={at} className="hidden-character" title="A character that would not be seen">
            {piece}
          </code>
        ) : (
          piece
        ),
      )}
      {shown.length < text.length && (
        <>
          …{' '}
          {!cut && !inLink && (
            <button type="button" className="quiet" onClick={() => setWhole(true)}>
              Show all {count(text.length)} characters
            </button>
          )}
        </>
      )}
    </bdi>
  );
}
