/** What one policy changed of another, in words and by path. */

export interface PolicyChangeLine {
  readonly path: string;
  readonly text: string;
}

const isNested = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

const shown = (value: unknown): string => (typeof value === 'string' ? `“${value}”` : JSON.stringify(value));

/** In the order of the first, then what only the second has. Lists are compared place by place: their order means something. */
export function policyChanges(from: unknown, to: unknown, path: readonly string[] = []): PolicyChangeLine[] {
  if (!isNested(from) || !isNested(to) || Array.isArray(from) !== Array.isArray(to))
    return Object.is(from, to) ? [] : [{ path: path.join(' › '), text: `${shown(from)} became ${shown(to)}` }];
  return [...new Set([...Object.keys(from), ...Object.keys(to)])].flatMap((key) => {
    const at = [...path, /^\d+$/.test(key) ? `number ${Number(key) + 1}` : key];
    if (!Object.hasOwn(to, key)) return [{ path: at.join(' › '), text: `${shown(from[key])} was taken out` }];
    if (!Object.hasOwn(from, key)) return [{ path: at.join(' › '), text: `${shown(to[key])} is new` }];
    return policyChanges(from[key], to[key], at);
  });
}
