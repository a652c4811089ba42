/**
 * As people, forms and line breaks part groups: blanks of all widths and none, line ends, dashes and minus signs, soft hyphens, dots, a bar,
 * an escaped blank. Three at most: ` - `.
 */
export const BETWEEN = '(?:[\\s\\u00ad\\u180e\\u2000-\\u2015\\u202f\\u2060\\u2212\\ufeff._/-]|%20){0,3}';
