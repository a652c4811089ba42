/** Lessons by the entries at which they were learnt. Whoever writes or reads them holds the head's lock. */
import type { Client } from '../db/database.ts';
import { packedPositions, packedTexts } from '../db/packedArray.ts';
import type { Statement } from '../db/together.ts';

export interface LogOf {
  readonly tenant: string;
  readonly log: string;
}

export interface Lesson {
  readonly position: number;
  /** JSON text. */
  readonly lesson: string;
}

const PAGE = 2000;
const ADD = {
  name: 'signalbox-lessons',
  text: 'insert into lessons (tenant, log, position, lesson) select $1, $2, q.position, q.lesson from unnest($3::bigint[], $4::text[]) as q(position, lesson)',
};

export const addLessons = ({ tenant, log }: LogOf, lessons: readonly Lesson[]): Statement => ({
  ...ADD,
  values: [tenant, log, packedPositions(lessons.map(({ position }) => position)), packedTexts(lessons.map(({ lesson }) => lesson))],
});

/** In their order. */
export async function* lessonsBetween(client: Client, { tenant, log }: LogOf, after: number, upTo: number): AsyncGenerator<Lesson> {
  for (let from = after; ; ) {
    const { rows } = await client.query<{ position: number; lesson: string }>(
      'select position, lesson from lessons where tenant = $1 and log = $2 and position > $3 and position <= $4 order by position limit $5',
      [tenant, log, from, upTo, PAGE],
    );
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    from = last.position;
  }
}
