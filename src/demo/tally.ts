/** What was sent, what was decided about it, and how much of that was right: by the truth of the made-up businesses, which the service is never told. */
import type { DecisionItem } from '../wire/decision.ts';
import { type About, type Business, type Happening, keepNewest } from './business.ts';

export interface FlowTally {
  readonly flow: string;
  events: number;
  /** Final decisions since the demo began. */
  readonly outcomes: Map<string, number>;
  right: number;
  wrong: number;
  /** Refused, with why: none is expected. */
  refused: number;
}

/** A final decision whose truth is known. */
export interface Judged {
  readonly decision: string;
  readonly truth: string;
}

export class Tally {
  readonly flows: ReadonlyMap<string, FlowTally>;
  readonly #businesses: ReadonlyMap<string, Business>;
  readonly #sent = new Map<string, Happening>();
  lastRefusal: string | null = null;

  constructor(businesses: readonly Business[]) {
    this.#businesses = new Map(businesses.map((business) => [business.flow, business]));
    this.flows = new Map(
      businesses.map(({ flow }) => [flow, { flow, events: 0, outcomes: new Map<string, number>(), right: 0, wrong: 0, refused: 0 }]),
    );
  }

  accepted(flow: string, event: string, happening: Happening): void {
    const tally = this.flows.get(flow);
    if (tally !== undefined) tally.events += 1;
    this.#sent.set(event, happening);
    keepNewest(this.#sent);
  }

  refused(flow: string, why: string): void {
    const tally = this.flows.get(flow);
    if (tally !== undefined) tally.refused += 1;
    this.lastRefusal = why;
  }

  about(subject: string, { event, type }: { readonly event: string; readonly type: string }): About {
    return { type, subject, happening: this.#sent.get(event) ?? null };
  }

  /** Null where nobody can say whether it is right. */
  decided(item: DecisionItem): Judged | null {
    const tally = this.flows.get(item.flow);
    const business = this.#businesses.get(item.flow);
    if (item.provisional || tally === undefined || business === undefined) return null;
    tally.outcomes.set(item.outcome, (tally.outcomes.get(item.outcome) ?? 0) + 1);
    const claim = business.claims[item.outcome];
    if (claim === undefined) return null;
    const truth = business.truth(this.about(item.subject, item.event), item);
    if (truth === null) return null;
    if (truth === claim) tally.right += 1;
    else tally.wrong += 1;
    return { decision: item.id, truth };
  }
}
