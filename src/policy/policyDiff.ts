/** What differs between the contents of two policies, by path. Lists are compared place by place: their order means something. */

export interface PolicyDifference {
  /** JSON pointer; empty for the whole. */
  readonly pointer: string;
  /** Absent: it was not there. */
  readonly from?: unknown;
  /** Absent: it is not there any more. */
  readonly to?: unknown;
}

/** In the order of the first, then what only the second has. Empty where they are the same content, hence the same version. */
export function diffPolicies(from: unknown, to: unknown, pointer = ''): PolicyDifference[] {
  if (!isNested(from) || !isNested(to) || Array.isArray(from) !== Array.isArray(to))
    return Object.is(from, to) ? [] : [{ pointer, from, to }];
  const keys = new Set([...Object.keys(from), ...Object.keys(to)]);
  return [...keys].flatMap((key) => {
    const at = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (!Object.hasOwn(to, key)) return [{ pointer: at, from: from[key] }];
    if (!Object.hasOwn(from, key)) return [{ pointer: at, to: to[key] }];
    return diffPolicies(from[key], to[key], at);
  });
}

function isNested(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
