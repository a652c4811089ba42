/** The parameters that a list takes; those that are undefined are left out. */
export type Filters = Readonly<Record<string, string | number | undefined>>;

/** Query string of what is given, with its question mark; empty: nothing is. */
export function queryOf(filters: Filters): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filters)) if (value !== undefined) query.set(name, String(value));
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}
