/**
 * Migrations run in the order of their numbers, those of one number by name, and a database refuses one that comes before another that it has run.
 * Two numbers were given twice before anything was released; they stay, as a database knows its migrations by name. From here on each has its own.
 */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const FOLDER = fileURLToPath(new URL('../../src/log/migrations', import.meta.url));
/** Given twice: by two branches that did not know of each other. */
const TWICE = ['0012', '0014'];

const names = readdirSync(FOLDER).sort();
const numberOf = (name: string): string => name.slice(0, 4);

describe('migrations', () => {
  it('migrations are named by four digits and words', () => {
    expect(names.filter((name) => !/^\d{4}_[a-z]+(_[a-z]+)*\.sql$/.test(name))).toEqual([]);
  });

  it('migrations have a number each, but for the two that were given twice', () => {
    const numbers = names.map(numberOf);
    const again = numbers.filter((number, at) => numbers.indexOf(number) !== at);
    expect(again).toEqual(TWICE);
  });
});
