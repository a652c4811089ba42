/**
 * Characters that a reader does not see, or that change what is seen: control characters, the C1 range, marks that turn the direction of text,
 * joiners and blanks without a width, soft hyphens, tags. Text that came in with an event may hold any of them.
 */

/** All but U+0000 to U+001F, which JSON escapes by itself. */
const HIDDEN = new RegExp(
  `[${[
    ...[
      '\\u007f-\\u009f',
      '\\u00ad',
      '\\u061c',
      '\\u115f',
      '\\u1160',
      '\\u180e',
      '\\u200b-\\u200f',
      '\\u2028-\\u202e',
      '\\u2060-\\u206f',
      '\\u3164',
    ],
    ...['\\ufeff', '\\uffa0', '\\ufff0-\\ufffb', '\\u{1bca0}-\\u{1bca3}', '\\u{1d173}-\\u{1d17a}', '\\u{e0000}-\\u{e0fff}'],
  ].join('')}]`,
  'gu',
);
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
const CONTROL = /[\u0000-\u001f]/g;

/** `\\u200b`; characters beyond U+FFFF as the two halves that JSON writes. */
function escaped(character: string): string {
  return [...Array(character.length).keys()].map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');
}

/** JSON text with the same value, in which every such character is an escape: in JSON they stand in strings alone. */
export function escapeHiddenInJson(json: string): string {
  return json.replace(HIDDEN, escaped);
}

/** For people: every such character, line ends and tabs too, as the escape that names it. */
export function showHidden(text: string): string {
  return text.replace(CONTROL, escaped).replace(HIDDEN, escaped);
}
