/** A person who answers questions at random moments, now and then twice at once; remembers what counted. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Approval } from '../../src/wire/approval.ts';
import { openService } from '../support/service.ts';

export interface Reviewer {
  /** Verdicts that were answered with 200, by approval. */
  readonly given: ReadonlyMap<string, 'approve' | 'reject'>;
  readonly findings: string[];
  /** From now on every open question is answered. */
  hurry(): void;
  stop(): Promise<void>;
}

const LOOK_MS = 300;
const AT_ONCE = 50;
/** Of the questions seen in one look. */
const ANSWERED_SHARE = 0.3;
const RACE_SHARE = 0.1;

export function startReviewer(url: string): Reviewer {
  const service = openService(url);
  const given = new Map<string, 'approve' | 'reject'>();
  const findings: string[] = [];
  let [share, stopped] = [ANSWERED_SHARE, false];

  async function give(id: string, verdict: 'approve' | 'reject'): Promise<void> {
    const { status, body } = await service.giveVerdict(id, verdict, 'seen');
    if (status === 200 && given.has(id) && given.get(id) !== verdict) findings.push(`two verdicts counted on ${id}`);
    if (status === 200) given.set(id, verdict);
    // another was first, or one of ours whose answer was lost; 503: the next look tries again
    else if (status !== 409 && status !== 503) findings.push(`a verdict on ${id} got ${status}: ${JSON.stringify(body)}`);
  }

  async function answer({ id }: Approval): Promise<void> {
    const verdict = Math.random() < 0.5 ? 'approve' : 'reject';
    const other = verdict === 'approve' ? 'reject' : 'approve';
    const both = Math.random() < RACE_SHARE ? [verdict, other] : [verdict];
    await Promise.all(both.map((one) => give(id, one as 'approve' | 'reject')));
  }

  async function run(): Promise<void> {
    while (!stopped) {
      try {
        const { items } = await service.get<{ items: Approval[] }>('/v1/approvals?limit=500');
        const chosen = items.filter(() => Math.random() < share).slice(0, AT_ONCE);
        await Promise.allSettled(chosen.map(answer));
      } catch {
        // the service is away: that is what the others are here for
      }
      await pause(LOOK_MS);
    }
  }

  const running = run();
  return {
    ...{ given, findings },
    hurry: () => {
      share = 1;
    },
    async stop() {
      stopped = true;
      await running;
    },
  };
}
