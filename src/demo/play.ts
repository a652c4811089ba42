/** Plays the businesses against a service: their past first, then what happens now, at a pace, until it is ended. */
import { setTimeout as pause } from 'node:timers/promises';
import type { ServiceClient } from '../client/serviceClient.ts';
import { Refused, ServiceAway } from '../client/serviceClient.ts';
import type { Ready } from '../wire/ready.ts';
import { Agenda, type Business } from './business.ts';
import { followDecisions } from './followDecisions.ts';
import { paceAt } from './pace.ts';
import type { Random } from './random.ts';
import { openReviewers } from './reviewers.ts';
import { type Outgoing, openSender } from './send.ts';
import { activateShorter } from './shorten.ts';
import { Tally } from './tally.ts';

export interface PlayOptions {
  readonly client: ServiceClient;
  readonly businesses: readonly Business[];
  readonly random: Random;
  /** Events a second, on average. */
  readonly rate: number;
  /** The embedded Temporal takes 16 to 20 cases a second. */
  readonly casesPerSecond: number;
  /** Makes the ids of this run its own. */
  readonly run: string;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

export interface Played {
  /** UTC, YYYY-MM-DD. */
  readonly firstDay: string;
  readonly tally: Tally;
  readonly seconds: () => number;
  readonly approvals: () => { readonly open: number; readonly answered: number };
  readonly backlog: () => Ready['backlog'] | null;
  /** Settles when the play has ended; rejects where it had to. */
  readonly ended: Promise<void>;
}

const TICK_MS = 100;
/** Until a label comes. */
const LABEL_MS = [3000, 15_000] as const;
const BACKLOG_MS = 2000;
/** So that a play which was held up does not send all that it missed at once. */
const TICKS_MAX = 20;

export async function play(options: PlayOptions): Promise<Played> {
  const { client, businesses, random, rate, run, signal, say } = options;
  const tally = new Tally(businesses);
  for (const business of businesses) await activateShorter(client, business);
  const silent = { accepted: () => undefined, refused: (flow: string, why: string) => tally.refused(flow, why) };
  const past = openSender(client, `${run}-past`, { heard: silent, signal });
  for (const business of businesses) {
    const history = business.history(Date.now());
    say(`${business.flow} learns from ${history.length} events of its past`);
    await past.send(
      history.map((happening) => ({ flow: business.flow, happening })),
      { history: true },
    );
  }
  const labels = new Agenda();
  const following = await followDecisions(
    client,
    (item) => {
      const judged = tally.decided(item);
      const labelled = businesses.find(({ flow }) => flow === item.flow)?.labelled ?? 0;
      if (judged === null || !random.chance(labelled)) return;
      labels.add({ type: 'decision.outcome', atMs: Math.floor(Date.now() + random.between(...LABEL_MS)), data: { ...judged } });
    },
    signal,
  );
  const reviewing = openReviewers({ client, businesses, random, signal, about: (subject, event) => tally.about(subject, event) });
  const firstDay = new Date().toISOString().slice(0, 10);
  const beganMs = performance.now();
  const seconds = (): number => (performance.now() - beganMs) / 1000;
  const sender = openSender(client, run, { heard: tally, signal });
  let backlog: Ready['backlog'] | null = null;

  const lookAtBacklog = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        backlog = (await client.ask<Ready>('/readyz')).backlog;
      } catch (error) {
        if (!(error instanceof ServiceAway || error instanceof Refused)) throw error;
        backlog = null;
      }
      await pause(BACKLOG_MS, undefined, { signal });
    }
  };

  function happenings(nowMs: number, count: number): Outgoing[] {
    const all: Outgoing[] = [];
    for (let nth = 0; nth < count; nth += 1) {
      const business = drawn(businesses, random);
      const load = { perSecond: rate * business.share, casesPerSecond: options.casesPerSecond / businesses.length };
      all.push({ flow: business.flow, happening: business.next(nowMs, load) });
    }
    for (const business of businesses) for (const happening of business.due(nowMs)) all.push({ flow: business.flow, happening });
    for (const happening of labels.takeDue(nowMs)) all.push({ flow: 'labels', happening });
    return all;
  }

  const send = async (): Promise<void> => {
    let owed = 0;
    let lastMs = performance.now();
    while (!signal.aborted) {
      const passed = Math.min(performance.now() - lastMs, TICKS_MAX * TICK_MS);
      lastMs = performance.now();
      owed += (rate * paceAt(seconds()) * passed) / 1000;
      const count = Math.floor(owed);
      owed -= count;
      await sender.send(happenings(Date.now(), count));
      await pause(TICK_MS, undefined, { signal });
    }
  };
  const untilEnd = (work: Promise<void>): Promise<void> =>
    work.catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  const ended = Promise.all([untilEnd(send()), untilEnd(lookAtBacklog()), following.ended, reviewing.ended]).then(() => undefined);
  ended.catch(() => undefined);
  return {
    ...{ tally, seconds, ended, firstDay },
    approvals: () => ({ open: reviewing.open(), answered: reviewing.answered() }),
    backlog: () => backlog,
  };
}

function drawn(businesses: readonly Business[], random: Random): Business {
  let left = random.next() * businesses.reduce((sum, { share }) => sum + share, 0);
  for (const business of businesses) {
    left -= business.share;
    if (left < 0) return business;
  }
  return businesses[0] as Business;
}
