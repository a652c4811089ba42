/** What became of a verdict, as a person says it. */
import type { Verdict } from '../../domain/verdict.ts';
import { Refusal } from '../read/call.ts';

const isVerdict = (value: unknown): value is Verdict => typeof value === 'object' && value !== null && 'actor' in value;

const DONE = { approve: 'approved', reject: 'rejected' } as const;

/** A lost race. */
export const lostTo = ({ actor, verdict, reason }: Pick<Verdict, 'actor' | 'verdict' | 'reason'>): string =>
  `${actor} was first and ${DONE[verdict]} it: “${reason}”. Yours was not needed, and changed nothing.`;

export function refusalNews(error: unknown): string {
  if (!(error instanceof Refusal)) return error instanceof Error ? `Not sent: ${error.message}` : 'Not sent';
  const { code, winner, detail, title, errors = [] } = error.problem;
  if (code === 'already-decided' && isVerdict(winner)) return lostTo(winner);
  if (code === 'over') return 'It is over: the deadline passed or its case was closed. Your verdict changed nothing.';
  if (code === 'stale') return 'Somebody changed it while you read. Look at it again: nothing was sent.';
  const faults = errors.map(({ pointer, detail: fault }) => `${pointer.slice(1)} ${fault}`).join('; ');
  return faults === '' ? (detail ?? title) : faults;
}
