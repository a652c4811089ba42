/** What the shop remembers: hunts a memory that answers another way once it was saved, or grows beyond its bound. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { expectMemoryLaws } from '../../../../test/support/memoryLaws.ts';
import { learn } from '../model/learn.ts';
import { nextItems } from '../model/nextItems.ts';
import {
  emptyMemory,
  FOLLOWERS_MAX,
  itemBytes,
  type Lesson,
  NUDGED_MAX,
  NUDGES_MAX,
  POPULAR_MAX,
  RING_MAX,
  SESSION_ITEMS_MAX,
  SESSIONS_MAX,
  type ShopMemory,
  sessionBytes,
} from '../model/shopMemory.ts';
import { shopMemory } from '../model/shopMemoryCodec.ts';

const view = (session: number, ...items: string[]): Lesson => ({ session, items });
const ids = (memory: ShopMemory, session: number, ...items: string[]): string[] =>
  nextItems(memory, { session, items }, 20).next.map(({ item }) => item.id);

function taught(...lessons: Lesson[]): ShopMemory {
  const memory = emptyMemory();
  for (const lesson of lessons) learn(memory, lesson);
  return memory;
}

describe('the shop memory', () => {
  it('save() and load() keep the laws of memories, whatever ids there are', () => {
    const item = fc.oneof(fc.constantFrom('a', 'b', 'c', 'd', '\ud800', '\u0000'), fc.string({ maxLength: 20, unit: 'binary' }));
    const lesson: fc.Arbitrary<Lesson> = fc.oneof(
      fc.record(
        {
          session: fc.integer({ min: 1, max: 6 }),
          items: fc.array(item, { maxLength: 4 }),
          list: fc.constantFrom('model', 'popular'),
          held: fc.boolean(),
        },
        { requiredKeys: ['session', 'items'] },
      ),
      fc.record({ nudged: fc.integer({ min: 0, max: 3 }), atMs: fc.integer({ min: 0, max: 1e13 }) }),
    );
    expectMemoryLaws(shopMemory, lesson);
  });

  it('load() gives a memory that finds the same for each session, as it was, and after it has learnt on', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    const lessons = fc.array(fc.record({ session: fc.integer({ min: 1, max: 9 }), items: fc.array(id, { maxLength: 6 }) }), {
      minLength: 1,
    });
    const asked = fc.record({ session: fc.integer({ min: 1, max: 9 }), items: fc.array(id, { minLength: 1, maxLength: 8 }) });
    fc.assert(
      fc.property(lessons, lessons, asked, (before, after, session) => {
        const kept = taught(...before);
        const loaded = shopMemory.load(shopMemory.save(kept));
        const said = (memory: ShopMemory): string =>
          JSON.stringify(nextItems(memory, session, 20).next.map(({ item, score }) => [item.id, score]));
        const [was, is] = [said(kept), said(loaded)];
        for (const lesson of after) for (const memory of [kept, loaded]) learn(memory, lesson);
        return was === is && said(kept) === said(loaded);
      }),
    );
  });

  it('learn() counts the bytes of items and sessions as save() writes them', () => {
    const lessons = fc.array(
      fc.record({
        session: fc.integer({ min: 1, max: 9 }),
        items: fc.array(fc.constantFrom('a', 'bb', 'ccc', 'd', 'e'), { maxLength: 6 }),
      }),
    );
    fc.assert(
      fc.property(lessons, (all) => {
        const memory = taught(...all);
        const items = [...memory.items.values()].reduce((sum, one) => sum + itemBytes(one), 0);
        const sessions = [...memory.sessions.values()].reduce((sum, one) => sum + sessionBytes(one), 0);
        return memory.bytes === items + sessions;
      }),
    );
  });

  it('learn() stays within every bound, and save() within its bytes, however many there are of each', () => {
    const memory = emptyMemory();
    // a hub that all view between items of their own, with ids as long as they may be
    for (let session = 1; session <= SESSIONS_MAX + 500; session += 1) {
      const own = `${session}`.padStart(200, '-');
      learn(memory, view(session, own, 'hub', `${own.slice(1)}b`));
    }
    for (let nth = 0; nth < 200; nth += 1) learn(memory, view(1, 'hub'));
    for (let who = 0; who < NUDGED_MAX + 10; who += 1) learn(memory, { nudged: who, atMs: who });
    for (let nth = 0; nth < 2 * NUDGES_MAX; nth += 1) learn(memory, { nudged: 7, atMs: nth });
    const hub = memory.items.get('hub');
    expect(memory.sessions.size).toBe(SESSIONS_MAX);
    expect([hub?.ring.length, hub?.followers.size]).toEqual([RING_MAX, FOLLOWERS_MAX]);
    expect(memory.sessions.get(1)).toHaveLength(SESSION_ITEMS_MAX);
    expect([memory.nudged.size, memory.nudged.get(7)?.length]).toEqual([NUDGED_MAX, NUDGES_MAX]);
    expect(memory.popular).toHaveLength(POPULAR_MAX);
    // 41,000 items of 200 characters: the oldest have given way
    expect(memory.items.size).toBeLessThan(41_000);
    expect(memory.byNumber.size).toBe(memory.items.size);
    const bytes = shopMemory.save(memory);
    expect(bytes.length).toBeLessThanOrEqual(shopMemory.limitBytes);
    expect(bytes.length).toBeGreaterThan(0.9 * shopMemory.limitBytes);
    expect(ids(shopMemory.load(bytes), 0, 'hub')).toEqual(ids(memory, 0, 'hub'));
  });

  it('popular is in order of views, where what is old fades', () => {
    const views = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 200 });
    fc.assert(
      fc.property(views, (all) => {
        const { popular, items } = taught(...all.map((item, at) => view(at + 1, item)));
        const most = Math.max(0, ...[...items.values()].map((one) => one.views));
        return popular.length === items.size && popular.every((one, at) => one.views <= (popular[at - 1]?.views ?? most));
      }),
    );
    const memory = emptyMemory();
    for (let nth = 0; nth < 6000; nth += 1) learn(memory, view(1, 'old'));
    for (let nth = 0; nth < 15_000; nth += 1) learn(memory, view(2, nth % 3 === 0 ? 'new' : `other-${nth}`));
    expect(memory.popular[0]?.id).toBe('new');
  });
});

describe('nextItems()', () => {
  it('finds what sessions like this one viewed, nearest first, and not by the session itself', () => {
    const memory = taught(view(1, 'tent', 'stove', 'lamp'), view(2, 'tent', 'stove'), view(3, 'sofa', 'chair'), view(4, 'tent'));
    const next = ids(memory, 4, 'tent');
    expect(next[0]).toBe('stove');
    expect(next).toContain('lamp');
    expect(next).not.toContain('sofa');
    // the only one that viewed it is the session itself, and nothing followed
    expect(nextItems(taught(view(9, 'alone')), { session: 9, items: ['alone'] }, 20)).toEqual({ next: [], neighbours: 0, followers: 0 });
  });

  it('recommends the item itself again, as people come back to it', () => {
    const memory = taught(view(1, 'tent', 'stove', 'tent'), view(2, 'tent', 'stove'));
    expect(ids(memory, 3, 'tent')).toContain('tent');
  });

  it('passes over what nobody remembers', () => {
    const memory = taught(view(1, 'tent', 'stove'));
    expect(ids(memory, 2, 'tent', 'unheard-of')).toContain('stove');
    expect(ids(memory, 2, 'unheard-of')).toEqual([]);
  });
});
