/** Judged payments of the handbook's data: folded here, or as a running service decided them. */
import { ServiceClient } from '../../../client/serviceClient.ts';
import { foldAll } from '../../../kit/foldAll.ts';
import { parsePolicy } from '../../../policy/policy.ts';
import { fraud } from '../flow.ts';
import { findCsv, readTransactions, toEvents } from './handbook.ts';

export interface Judged {
  readonly id: number;
  readonly outcome: string;
  readonly score: number;
  /** By the names of `REFERENCE_FEATURES`. */
  readonly features: Readonly<Record<string, number>>;
}

/** Folds all of the data through the reflex, in time order. */
export async function* foldHere(directory: string): AsyncGenerator<Judged> {
  const policy = parsePolicy(fraud, fraud.policyText);
  const events = toEvents(readTransactions(await findCsv(directory, 'transactions_')));
  for await (const { sent, decision } of foldAll({ flow: fraud, policy }, events)) {
    if (sent.transaction === null || decision === null) continue;
    const { outcome, score, result } = decision;
    yield { id: sent.transaction.id, outcome, score: score ?? Number.NaN, features: result.features as Record<string, number> };
  }
}

interface Page {
  readonly items: readonly {
    outcome: string;
    score: number | null;
    revises: string | null;
    result: { features?: Record<string, number> };
    event: { source: string; id: string };
  }[];
  readonly next: string;
  readonly more: boolean;
}

const PAGE = 1000;
const SOURCE = '/fraud-handbook';
const ID = /^tx-(\d+)$/;

/** Reads a service's decisions to their end; of a payment's decisions the first, which is the reflex's. */
export async function* readService(url: string, key: string | undefined): AsyncGenerator<Judged> {
  const client = new ServiceClient(url, key);
  for (let after = ''; ; ) {
    const page = await client.ask<Page>(
      `/v1/decisions?flow=fraud&limit=${PAGE}${after === '' ? '' : `&after=${encodeURIComponent(after)}`}`,
    );
    for (const { outcome, score, revises, result, event } of page.items) {
      const id = ID.exec(event.id)?.[1];
      if (event.source !== SOURCE || id === undefined || revises !== null || score === null) continue;
      yield { id: Number(id), outcome, score, features: result.features ?? {} };
    }
    if (!page.more) return;
    after = page.next;
  }
}
