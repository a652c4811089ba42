/** What all lists have in common: a cursor, a limit, JSON, and how to go on. */
import { type Command, InvalidArgumentError } from 'commander';
import type { ServiceClient } from '../../client/serviceClient.ts';
import type { Page } from '../../wire/list.ts';
import { printJson, printTable, say } from './print.ts';

export interface ListOptions {
  readonly after?: string;
  readonly limit: number;
  /** The newest so many: where the list can be asked for them. */
  readonly last?: number;
  readonly json?: true;
}

export function countUpTo(max: number): (text: string) => number {
  return (text) => {
    const count = Number(text);
    if (!/^\d+$/.test(text) || count < 1 || count > max) throw new InvalidArgumentError(`It must be 1 to ${max}.`);
    return count;
  };
}

export function withListOptions(command: Command): Command {
  return command
    .option('--after <cursor>', 'go on from the `next` of an earlier list')
    .option('--limit <count>', 'how many at most, up to 1000', countUpTo(1000), 100)
    .option('--json', 'print {items, next, more} as the API gives it');
}

/** Of lists whose newest can be asked for. */
export function withLast(command: Command): Command {
  return withListOptions(command).option('--last <count>', 'the newest so many, in place of --after and --limit', countUpTo(1000));
}

/** Query string of what is given. */
export function queryOf(parameters: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, String(value));
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

interface Listing<Item> {
  readonly path: string;
  readonly filters: Readonly<Record<string, string | undefined>>;
  readonly options: ListOptions;
  readonly header: readonly string[];
  readonly row: (item: Item) => readonly string[];
}

/** Asks for one page and prints it. */
export async function printList<Item>(service: ServiceClient, { path, filters, options, header, row }: Listing<Item>): Promise<void> {
  const { after, limit, last, json } = options;
  const part = last === undefined ? { after, limit } : { after, last };
  const page = await service.ask<Page<Item>>(`${path}${queryOf({ ...filters, ...part })}`);
  if (json === true) return printJson(page);
  printTable(header, page.items.map(row));
  if (page.more) say(`There are more: --after ${page.next}`);
}
