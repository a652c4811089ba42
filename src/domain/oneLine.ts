/** Text from anywhere on one line of ours: no line ends, no control or direction characters, and no longer than it may be. */
export function oneLine(text: string, charsMax: number): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return plain.length <= charsMax ? plain : `${plain.slice(0, charsMax - 1)}…`;
}
