/**
 * Whether a text shows anything to whoever reads it: a character that is no blank, control, format or combining character alone, none that is
 * meant to be ignored where it cannot be drawn (fillers of Hangul are letters to Unicode), and not the empty pattern of braille.
 */
const VISIBLE = /[^\p{C}\p{Z}\p{M}\p{Default_Ignorable_Code_Point}\s\u2800]/u;

export const hasVisible = (text: string): boolean => VISIBLE.test(text);
