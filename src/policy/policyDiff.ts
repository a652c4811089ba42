/**
 * What differs between the contents of two policies, by path. Items of a list that have names of their own (actions, rungs) are compared by
 * name; others place by place, as their order means something.
 */

export interface PolicyDifference {
  /** JSON pointer into the second; into the first for what is gone. Empty for the whole. */
  readonly pointer: string;
  /** The same for people: an item goes by its name, or as `number 2`. */
  readonly path: readonly string[];
  /** `order`: the same items stand in another order; `from` and `to` are then their names. */
  readonly change: 'added' | 'removed' | 'changed' | 'order';
  /** Absent: it was not there. */
  readonly from?: unknown;
  /** Absent: it is not there any more. */
  readonly to?: unknown;
}

/** Where a comparison stands. */
type Place = Pick<PolicyDifference, 'pointer' | 'path'>;

const ITEM_NAMES = ['name', 'rung'] as const;

/** In the order of the first, then what only the second has. Empty where they are the same content, hence the same version. */
export function diffPolicies(from: unknown, to: unknown, at: Place = { pointer: '', path: [] }): PolicyDifference[] {
  if (!isNested(from) || !isNested(to) || Array.isArray(from) !== Array.isArray(to))
    return Object.is(from, to) ? [] : [{ ...at, change: 'changed', from, to }];
  const names = Array.isArray(from) && Array.isArray(to) ? [namesOf(from), namesOf(to)] : [];
  const [before, after] = names;
  return before != null && after != null
    ? diffNamed({ items: from, names: before }, { items: to, names: after }, at)
    : diffMembers(from, to, at);
}

function diffMembers(from: Nested, to: Nested, at: Place): PolicyDifference[] {
  const placed = Array.isArray(to);
  const keys = new Set([...Object.keys(from), ...Object.keys(to)]);
  return [...keys].flatMap((key) => {
    const place = placeOf(at, key, placed ? `number ${Number(key) + 1}` : key);
    if (!Object.hasOwn(to, key)) return [{ ...place, change: 'removed', from: from[key] }];
    if (!Object.hasOwn(from, key)) return [{ ...place, change: 'added', to: to[key] }];
    return diffPolicies(from[key], to[key], place);
  });
}

interface Named {
  readonly items: Nested;
  readonly names: readonly string[];
}

function diffNamed(from: Named, to: Named, at: Place): PolicyDifference[] {
  const names = new Set([...from.names, ...to.names]);
  const kept = [from.names.filter((name) => to.names.includes(name)), to.names.filter((name) => from.names.includes(name))] as const;
  const moved = kept[0].some((name, nth) => name !== kept[1][nth]);
  const differences = [...names].flatMap((name): PolicyDifference[] => {
    const [was, is] = [from.names.indexOf(name), to.names.indexOf(name)];
    const place = placeOf(at, String(is < 0 ? was : is), name);
    if (is < 0) return [{ ...place, change: 'removed', from: from.items[was] }];
    if (was < 0) return [{ ...place, change: 'added', to: to.items[is] }];
    return diffPolicies(from.items[was], to.items[is], place);
  });
  return moved ? [{ ...at, change: 'order', from: from.names, to: to.names }, ...differences] : differences;
}

/** Null where an item has no name, or two have the same. */
function namesOf(list: readonly unknown[]): string[] | null {
  const names = list.map((item) =>
    isNested(item) ? ITEM_NAMES.map((one) => item[one]).find((one) => typeof one === 'string') : undefined,
  );
  const texts = names.filter((name): name is string => name !== undefined);
  return list.length > 0 && texts.length === list.length && new Set(texts).size === list.length ? texts : null;
}

const placeOf = ({ pointer, path }: Place, key: string, shown: string): Place => ({
  ...{ pointer: `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, path: [...path, shown] },
});

type Nested = Readonly<Record<string | number, unknown>>;

function isNested(value: unknown): value is Nested {
  return typeof value === 'object' && value !== null;
}
