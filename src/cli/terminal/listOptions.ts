/** What all lists have in common: a cursor, a limit, JSON, and how to go on. */
import { type Command, InvalidArgumentError } from 'commander';
import { type Filters, queryOf } from '../../client/queryOf.ts';
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

/** The part of a list that is asked for. */
export function pageOf({ after, limit, last }: ListOptions): Filters {
  return last === undefined ? { after, limit } : { after, last };
}

interface Printing<Item> {
  readonly json: true | undefined;
  readonly header: readonly string[];
  readonly row: (item: Item) => readonly string[];
}

interface Listing<Item> extends Omit<Printing<Item>, 'json'> {
  readonly path: string;
  readonly filters: Readonly<Record<string, string | undefined>>;
  readonly options: ListOptions;
}

/** Asks for one page and prints it. */
export async function printList<Item>(service: ServiceClient, { path, filters, options, ...how }: Listing<Item>): Promise<void> {
  printPage(await service.ask<Page<Item>>(`${path}${queryOf({ ...filters, ...pageOf(options) })}`), { ...how, json: options.json });
}

export function printPage<Item>(page: Page<Item>, { json, header, row }: Printing<Item>): void {
  if (json === true) {
    printJson(page);
    return;
  }
  printTable(header, page.items.map(row));
  if (page.more) say(`There are more: --after ${page.next}`);
}
