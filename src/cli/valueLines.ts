/** Any JSON value as indented lines for people: one member a line, numbers rounded. */
import { shownNumber } from '../domain/shownNumber.ts';

const DEPTH_MAX = 6;

const flat = (value: unknown): string | null => {
  if (typeof value === 'number') return shownNumber(value);
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.keys(value).length === 0 ? 'none' : null;
};

/** Members of an object, or items of a list. */
export function valueLines(value: object, indent: string, depth = 0): string[] {
  return Object.entries(value).flatMap(([name, member]) => {
    const before = Array.isArray(value) ? `${indent}-` : `${indent}${name}:`;
    const text = flat(member) ?? (depth >= DEPTH_MAX || isLine(member) ? lineOf(member) : null);
    return text === null ? [before, ...valueLines(member as object, `${indent}  `, depth + 1)] : [`${before} ${text}`];
  });
}

/** Lists of plain values, and objects of some few. */
const isLine = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).every((member) => typeof member !== 'object' || member === null) &&
  lineOf(value).length <= 100;

function lineOf(value: unknown): string {
  if (typeof value !== 'object' || value === null || Object.values(value).some((member) => typeof member === 'object' && member !== null))
    return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => (Array.isArray(value) ? `${flat(member)}` : `${name} ${flat(member)}`));
  return members.join(', ');
}
