/** How far flows have drifted, by what their followers wrote. */
import type { Pool } from '../../log/db/database.ts';
import type { QualityReport } from '../../wire/quality.ts';
import type { DriftState } from './driftState.ts';

export interface DriftFigures {
  readonly flow: string;
  readonly measure: number;
  readonly drifted: number;
}

export async function readDriftFigures(pool: Pool, tenant: string): Promise<DriftFigures[]> {
  const { rows } = await pool.query<DriftFigures>('select flow, measure, drifted from drift where tenant = $1 order by flow', [tenant]);
  return rows;
}

/** The largest first. */
export async function readDrift(pool: Pool, tenant: string, flow: string): Promise<QualityReport['drift']> {
  const { rows } = await pool.query<{ state: string }>('select state from drift where tenant = $1 and flow = $2', [tenant, flow]);
  if (rows[0] === undefined) return null;
  const { learnt, windows, score, inputs, truths } = JSON.parse(rows[0].state) as DriftState;
  const named = [
    { kind: 'score' as const, name: 'score', of: score },
    { kind: 'calibration' as const, name: 'calibration', of: truths },
    ...Object.entries(inputs).map(([name, of]) => ({ kind: 'input' as const, name, of })),
  ];
  const series = named.map(({ kind, name, of: { measure, over } }) => ({ kind, name, measure, drifted: over }));
  series.sort((one, other) => other.measure - one.measure);
  return { learnt: learnt.decisions, windows, series };
}
