/** What became of an event, for people: in one line, or with what is to be looked up next. */
import type { Decision } from '../../domain/decision.ts';
import type { StoredEvent } from '../../wire/event.ts';
import type { Receipt } from '../../wire/receipt.ts';

export const decided = ({ outcome, provisional, rung }: Pick<Decision, 'outcome' | 'provisional' | 'rung'>): string =>
  `${outcome}${provisional ? ' (provisional)' : ''} by ${rung}`;

/** Its decisions, oldest first, and the approval that it waits for or had: what to look up next. */
export function storedLines(event: StoredEvent): string[] {
  const approval = event.links.approval?.split('/').at(-1);
  return [
    receiptLine(event),
    ...event.decisions.map((decision) => `  ${decision.id}  ${decided(decision)}  ${decision.at}`),
    ...(approval === undefined ? [] : [`  ${approval}  the question to a person`]),
    ...(event.adoptedFrom === undefined ? [] : [`  ${event.adoptedFrom}  what it was accepted as`]),
    ...(event.adoptions ?? []).map((adoption) => `  ${adoption}  what a flow took it over as`),
  ];
}

export function receiptLine({ event, source, id, status, duplicate, subject, decision }: Receipt): string {
  const outcome = decision === null ? '' : `: ${decided(decision)}`;
  return `${event}  ${source} ${id}  ${subject ?? '-'}  ${status}${duplicate === true ? ' (known)' : ''}${outcome}`;
}
