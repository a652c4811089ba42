/** All that `/metrics` of an ingress reads from the database. */
import { readActionFigures } from '../actions/actionFigures.ts';
import type { Flow } from '../domain/flow.ts';
import type { Scraped } from '../ingress/metrics/collecting.ts';
import { showBrokers } from '../ingress/metrics/doorMetrics.ts';
import { showActions, showDrift, showEmissions, showMemories, showWatches } from '../ingress/metrics/flowFigures.ts';
import { showLlm } from '../ingress/metrics/llmMetrics.ts';
import { addQualityMetrics } from '../ingress/metrics/qualityMetrics.ts';
import { readLlmFigures } from '../llm/record/totals.ts';
import type { Pool } from '../log/db/database.ts';
import { listStreams } from '../log/door/streams.ts';
import { readEmissions } from '../log/emit/readEmissions.ts';
import { readMemories } from '../log/memory/readMemories.ts';
import { readOverdue } from '../log/watch/overdue.ts';
import { readDriftFigures } from '../outcomes/drift/readDrift.ts';
import { readAllQuality } from '../outcomes/readQuality.ts';

interface Figured {
  readonly pool: Pool;
  readonly tenant: string;
  readonly flows: readonly Flow[];
}

export function showFigures(metrics: Scraped, { pool, tenant, flows }: Figured): void {
  showWatches(metrics, () => readOverdue(pool, tenant));
  showEmissions(metrics, () => readEmissions(pool, tenant));
  showDrift(metrics, () => readDriftFigures(pool, tenant));
  showMemories(metrics, () => readMemories(pool, tenant));
  showActions(metrics, () => readActionFigures(pool, tenant));
  showBrokers(metrics, () => listStreams(pool, tenant));
  showLlm(metrics, () => readLlmFigures(pool));
  addQualityMetrics(metrics, () => readAllQuality(pool, tenant, flows));
}
