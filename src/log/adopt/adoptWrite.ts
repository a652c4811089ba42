/** What taking events over writes: their rows in the flow's log, and what each points to. In one statement. */

import { PARAMETERS, writing } from '../batchStatements.ts';
import type { BatchWrite } from '../batchWrite.ts';
import { SOME_ROWS } from '../db/columns.ts';
import type { Client } from '../db/database.ts';
import { packedBooleans, packedPositions, packedTimes } from '../db/packedArray.ts';
import type { Source } from './sources.ts';
import type { Origin } from './stretch.ts';

type FoldedStates = Parameters<BatchWrite['values']>[1];

const own = (nth: number): string => `$${PARAMETERS + nth}`;

/** An adopted event counts as accepted when its sender was told so: that time stands in where it has none of its own. */
const ADOPT = {
  name: 'signalbox-adopt',
  text: writing(
    `e as (
    insert into entries (tenant, log, position, kind, accepted_at, source, id, type, subject, time, hash, ending, history, note, actor)
    select $1, $2, q.position, 'adopt', q.accepted_at, q.source, q.id, q.type, q.subject, q.time, q.hash, q.ending, q.history, q.note, q.actor
    from unnest($7::bigint[], $8::text[], $9::text[], $10::text[], $11::text[], $12::timestamptz[], $13::bytea[], $14::text[], $15::bool[], $16::text[], $32::text[], ${own(1)}::timestamptz[])
      as q(position, source, id, type, subject, time, hash, ending, history, note, actor, accepted_at)
  ), a as (
    insert into adoptions (tenant, log, position, origin_log, origin_position, answers, adopted_at)
    select $1, $2, q.position, ${own(2)}, q.origin, q.answers, $4::timestamptz
    from unnest($7::bigint[], ${own(3)}::bigint[], ${own(4)}::bool[]) as q(position, origin, answers)
  )`,
    SOME_ROWS,
  ),
};

/** Beside the batch's own rows. */
export class AdoptWrite {
  readonly #source: Source;
  readonly #acceptedAtMs: number[] = [];
  readonly #position: number[] = [];
  readonly #answers: boolean[] = [];

  constructor(source: Source) {
    this.#source = source;
  }

  add({ accepted_at: acceptedAt, position, type }: Origin): void {
    this.#acceptedAtMs.push(acceptedAt.getTime());
    this.#position.push(position);
    this.#answers.push(this.#source.types.get(type) === true);
  }

  async write(client: Client, batch: BatchWrite, head: number, fold: FoldedStates): Promise<void> {
    const values = [
      ...batch.values(head, fold),
      ...[packedTimes(this.#acceptedAtMs), this.#source.log, packedPositions(this.#position), packedBooleans(this.#answers)],
    ];
    await client.query({ ...ADOPT, values });
  }
}
