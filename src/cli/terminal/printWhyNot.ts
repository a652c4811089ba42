import { queryOf } from '../../client/queryOf.ts';
import type { WhyNot } from '../../wire/whyNot.ts';
import { printJson, printLine, printTable } from './print.ts';
import { openService } from './target.ts';

/** Prints why an outcome did not happen; without one, what each outcome takes. */
export async function printWhyNot(event: string, { outcome, json }: { outcome?: string; json?: true }): Promise<void> {
  const service = await openService();
  const why = await service.ask<WhyNot>(`/v1/events/${encodeURIComponent(event)}/why-not${queryOf({ outcome })}`);
  if (json === true) return printJson(why);
  printLine(why.text);
  for (const { flow, text, outcomes, score, flip } of why.flows) {
    printLine(`${flow}: ${text}`);
    const rows = outcomes.flatMap(({ outcome: named, rungs }) =>
      rungs.flatMap(({ rung, conditions }) =>
        conditions.map(({ text: what, seen, needed, met }) => [
          ...[named, rung, met === null ? '?' : met ? 'yes' : 'NO', what],
          ...[typeof seen === 'string' ? seen : JSON.stringify(seen), needed],
        ]),
      ),
    );
    if (rows.length > 0) printTable(['OUTCOME', 'RUNG', 'MET', 'CONDITION', 'SEEN', 'NEEDED'], rows);
    if (score !== null)
      printLine(`  score ${score.value ?? '-'}: ${score.bands.map((band) => `${band.outcome} from ${band.from}`).join(', ')}`);
    if (flip !== null) printLine(`  ${flip.text}`);
  }
}
