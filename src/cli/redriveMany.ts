/** `quarantine redrive` and `actions redrive` of many: what it would do, by the service, then that and nothing else, at a rate. */
import { type Command, InvalidArgumentError } from 'commander';
import type { ActionsPreview, EventsPreview } from '../wire/preview.ts';
import { actionLines, eventLines, type PreviewLine, refusals, tallyText } from '../wire/previewLines.ts';
import { redriveEach } from './redrive.ts';
import { printJson, printLine, say } from './terminal/print.ts';

/** As many as a preview takes. */
const PAGE = 200;
const RATE_MAX = 1000;
const RATE = 5;

export interface ManyOptions {
  readonly all?: true;
  readonly flow?: string;
  readonly dryRun?: true;
  readonly rate?: number;
  readonly json?: true;
}

export interface Many {
  readonly what: 'events' | 'actions';
  /** Of one: `path/id/redrive`. */
  readonly path: string;
  /** None: all that fit the filter. */
  readonly ids: readonly string[];
  /** Undefined members say nothing. */
  readonly filter: Readonly<Record<string, string | undefined>>;
  readonly became: (answer: never) => string;
}

function rateOf(text: string): number {
  const rate = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || rate <= 0 || rate > RATE_MAX)
    throw new InvalidArgumentError(`It must be above 0, ${RATE_MAX} at most.`);
  return rate;
}

export const withMany = (command: Command, what: string): Command =>
  command
    .option('--all', `all ${what} that the other options leave`)
    .option('--flow <name>', 'those of a flow')
    .option('--dry-run', 'only say what it would do: which would go on and as what, which would be refused and why')
    .option('--rate <n>', `so many a second; ${RATE} unless told, where no ids are given`, rateOf)
    .option('--json', 'print what became of them; with --dry-run what would');

/** By ids they are tried as they are given. By a filter, what is done is what the preview told. */
export async function redriveMany(many: Many, { all, dryRun, rate, json }: ManyOptions): Promise<void> {
  const { ids, filter, what } = many;
  const filtered = all === true || Object.values(filter).some((value) => value !== undefined);
  const { CannotRun } = await import('../domain/errors.ts');
  if (ids.length > 0 && filtered) throw new CannotRun(`Cannot redrive ${what} by ids and by a filter at once`);
  if (ids.length === 0 && !filtered) throw new CannotRun(`Cannot redrive as no ${what} are named: give ids, a filter, or --all`);
  const printing = json === true ? { json } : {};
  if (ids.length > 0 && dryRun !== true) return redriveEach(ids, printing, { ...many, verb: 'redrive', pauseMs: pauseOf(rate ?? null) });
  const lines = await previewAll(many);
  if (dryRun === true) return tell(lines, what, json === true);
  const going = lines.filter(({ goes }) => goes);
  tellShort(lines, what);
  await redriveEach(
    going.map(({ id }) => id),
    printing,
    { ...many, verb: 'redrive', pauseMs: pauseOf(rate ?? RATE), etags: new Map(going.map(({ id, etag }) => [id, etag])) },
  );
  if (lines.some(({ becomes }) => becomes === null)) process.exitCode = 1;
}

const pauseOf = (rate: number | null): number => (rate === null ? 0 : 1000 / rate);

/** Every page: what is refused stays where it is, so a cursor goes on behind it. */
async function previewAll({ what, ids, filter }: Many): Promise<PreviewLine[]> {
  const { openService } = await import('./terminal/target.ts');
  const service = await openService();
  const lines: PreviewLine[] = [];
  const ask = async (body: object): Promise<string | null> => {
    const call = { method: 'POST', contentType: 'application/json', body: JSON.stringify(body) } as const;
    const told = await service.ask<EventsPreview | ActionsPreview>(`/v1/preview/${what === 'events' ? 'quarantine' : 'actions'}`, call);
    lines.push(...(what === 'events' ? eventLines(told as EventsPreview) : actionLines(told as ActionsPreview)));
    return told.next;
  };
  for (let at = 0; at < ids.length; at += PAGE) await ask({ [what]: ids.slice(at, at + PAGE) });
  if (ids.length > 0) return lines;
  for (let after: string | null = await ask(filter); after !== null; ) after = await ask({ ...filter, after });
  return lines;
}

function tellShort(lines: readonly PreviewLine[], what: string): void {
  const refused = lines.filter(({ becomes }) => becomes === null).length;
  const tally = tallyText(lines);
  say(`${lines.length} ${what}: ${tally === '' ? 'none would go on' : tally}${refused === 0 ? '' : `, ${refused} would be refused`}`);
  for (const [reason, of] of refusals(lines)) say(`  ${of} refused: ${reason}`);
}

function tell(lines: readonly PreviewLine[], what: string, json: boolean): void {
  if (lines.some(({ becomes }) => becomes === null)) process.exitCode = 1;
  if (json) {
    printJson({ items: lines.map(({ etag: _, goes: __, ...line }) => line) });
    return;
  }
  for (const { id, subject, becomes, more, reason } of lines)
    printLine(`${id}  ${subject ?? '-'}  ${becomes ?? 'refused'}${more === null ? '' : `: ${more}`}  (${reason})`);
  tellShort(lines, what);
}
