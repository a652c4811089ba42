/**
 * `\\u0000` in a text is refused by the functions that look into JSON, wherever it stands: escapes go before. An escaped
 * backslash is taken first, so that what follows it is not taken for an escape.
 */
export const readableJson = (column: string): string =>
  String.raw`(regexp_replace(${column}, '(\\\\)|\\u[0-9a-fA-F]{4}', '\1', 'g'))::json`;
