/** What the terminal shows while the demo runs. */
import { shareInterval } from '../domain/shareInterval.ts';
import type { Played } from './play.ts';

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;

function rightSoFar(right: number, wrong: number): string {
  const interval = shareInterval(right, right + wrong);
  if (interval === null) return '';
  const [from, to] = interval;
  return `${percent(right / (right + wrong))} of ${right + wrong} (${percent(from)} to ${percent(to)})`;
}

/** `last`: what the table before this one counted, and when. */
export interface TableState {
  readonly seconds: number;
  readonly events: ReadonlyMap<string, number>;
}

export function demoTable(played: Played, last: TableState | null): { readonly lines: readonly string[]; readonly state: TableState } {
  const seconds = played.seconds();
  const events = new Map([...played.tally.flows.values()].map((flow) => [flow.flow, flow.events]));
  const span = Math.max(0.001, seconds - (last?.seconds ?? 0));
  const rows = [...played.tally.flows.values()].map(({ flow, events: count, outcomes, right, wrong, refused }) => [
    flow,
    ((count - (last?.events.get(flow) ?? 0)) / span).toFixed(1),
    String(count),
    [...outcomes]
      .sort((a, b) => b[1] - a[1])
      .map(([outcome, times]) => `${outcome} ${times}`)
      .join(', '),
    rightSoFar(right, wrong),
    refused === 0 ? '' : `${refused} refused`,
  ]);
  const head = ['flow', 'events/s', 'events', 'decided', 'right so far', ''];
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd();
  const { open, answered } = played.approvals();
  const backlog = played.backlog();
  const waiting =
    backlog === null
      ? 'the service does not answer'
      : `${backlog.events} events wait for their cases, the oldest for ${backlog.oldestSeconds} s`;
  const { lastRefusal } = played.tally;
  return {
    lines: [
      line(head),
      ...rows.map(line),
      `after ${Math.round(seconds)} s: ${open} questions wait for a person, ${answered} answered; ${waiting}`,
      ...(lastRefusal === null ? [] : [`last refusal: ${lastRefusal}`]),
    ],
    state: { seconds, events },
  };
}
