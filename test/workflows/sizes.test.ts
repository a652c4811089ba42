/**
 * The bug this hunts: what is small in the database and large on its way to a case (a number of five characters goes out in 21) fails the case's
 * task for ever, and every later event of its subject waits.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { readApproval } from '../../src/approvals/approval.ts';
import { audit } from '../../src/audit/audit.ts';
import type { Flow } from '../../src/domain/flow.ts';
import type { Arrival } from '../../src/log/arrival.ts';
import { arrival } from '../support/arrivals.ts';
import { type CaseWorld, eventually, openCaseWorld } from '../support/caseWorld.ts';
import { parcel } from '../support/flows.ts';
import { payment, reviews } from '../support/reviews.ts';

const basket: Flow = {
  ...parcel,
  name: 'basket',
  types: {
    'basket.filled': {
      schema: z.looseObject({ basket: z.string() }) as unknown as Flow['types'][string]['schema'],
      subject: (data) => String(data.basket),
      fields: { basket: 'plain', items: 'plain', pad: 'plain', other: 'plain' },
    },
  },
  code: 'basket-code-1',
  workflow: 'basketCase',
};
/** Many at a time. */
const crate: Flow = {
  ...basket,
  name: 'crate',
  types: { 'crate.filled': basket.types['basket.filled'] as Flow['types'][string] },
  workflow: 'parcelCase',
};
const review = reviews();
const reviewed: typeof review = {
  ...review,
  types: {
    'payment.attempted': {
      ...(review.types['payment.attempted'] as NonNullable<(typeof review.types)[string]>),
      fields: { ...review.types['payment.attempted']?.fields, items: 'plain' },
    },
  },
};

/** Stored as it was sent: `1e20` in five characters with its comma. */
const list = (count: number): string => `[${Array.from({ length: count }, () => '1e20').join(',')}]`;

function filled(id: string, name: string, members: string, type = 'basket.filled'): Arrival {
  const sent = arrival({ id, type, subject: name, data: { basket: name } });
  const body = `${sent.event.body.slice(0, -2)},${members}}}`;
  const data = (JSON.parse(body) as { data: Arrival['data'] }).data;
  return { ...sent, data, event: { ...sent.event, data, body } };
}

describe('what goes to a case', () => {
  let world: CaseWorld;

  beforeAll(async () => {
    world = await openCaseWorld({ flows: [basket, crate, reviewed], maxCachedWorkflows: 0 });
  });
  afterAll(async () => {
    expect(await audit(world.pool)).toMatchObject({ findings: [] });
    await world.close();
  });

  const endings = (subject: string) =>
    world.rows<{ id: string; ending: string; note: string | null }>(
      "select id, ending, note from entries where subject = $1 and kind = 'event' order by position",
      [subject],
    );
  const ended = (subject: string) =>
    eventually(async () => {
      const rows = await endings(subject);
      return rows.every(({ ending }) => ending !== 'waiting') && rows;
    });

  it('is decided without what is too large for a history, where its story does not need that', async () => {
    await world.accept([filled('large-1', 'b-1', `"items":[1,2],"other":${list(190_000)}`), filled('after-1', 'b-1', '"items":[1]')]);
    expect(await ended('b-1')).toMatchObject([
      { id: 'large-1', ending: 'case' },
      { id: 'after-1', ending: 'case' },
    ]);
  });

  it('is put aside where its story needs what is too large, and the rest of the subject goes on', async () => {
    await world.accept([filled('large-2', 'b-2', `"items":${list(190_000)}`), filled('after-2', 'b-2', '"items":[1]')]);
    expect(await ended('b-2')).toMatchObject([
      { id: 'large-2', ending: 'quarantined', note: expect.stringMatching(/^Without items, which are too large for a history: /) },
      { id: 'after-2', ending: 'case' },
    ]);
  });

  it('is put aside where its story decides more than can be recorded', async () => {
    await world.accept([filled('large-3', 'b-3', '"items":[1],"pad":3000000'), filled('after-3', 'b-3', '"items":[1]')]);
    expect(await ended('b-3')).toMatchObject([
      { id: 'large-3', ending: 'quarantined', note: expect.stringContaining('its decision must be at most') },
      { id: 'after-3', ending: 'case' },
    ]);
  });

  it('goes in several answers where many events grow, each whole', async () => {
    await world.stopWorker();
    await world.accept(Array.from({ length: 130 }, (_, nth) => filled(`many-${nth}`, 'b-4', `"items":${list(900)}`, 'crate.filled')));
    await world.startWorker();
    const rows = await ended('b-4');
    expect(rows.filter(({ ending }) => ending === 'case')).toHaveLength(130);
  });

  it('is asked about by a person all the same', async () => {
    const [accepted] = await world.accept([
      ((): Arrival => {
        const sent = payment('large', 'card-large');
        const body = `${sent.event.body.slice(0, -2)},"items":${list(190_000)}}}`;
        const data = (JSON.parse(body) as { data: Arrival['data'] }).data;
        return { ...sent, data, event: { ...sent.event, data, body } };
      })(),
    ]);
    const key = { tenant: 'default', flow: 'fraud', eventPosition: accepted?.position ?? 0, turn: 0 };
    const kept = await eventually(() => readApproval(world.pool, key));
    expect(kept.approval).toMatchObject({ proposed: { outcome: 'approve' }, evidence: { payment: { paymentId: 'large', amount: 120 } } });
  });
});
