/** Accepting over a real database, without HTTP, Temporal or a dispatcher. */
import type { Flow } from '../../src/domain/flow.ts';
import { type Accept, createAccept } from '../../src/ingress/accept/accept.ts';
import { FinalDecisions } from '../../src/ingress/accept/finalDecisions.ts';
import { createReceipts, type TemporalWeb } from '../../src/ingress/accept/receipt.ts';
import { createRouteOutcomes } from '../../src/ingress/accept/routeOutcomes.ts';
import { Storing } from '../../src/ingress/accept/storing.ts';
import type { Metrics } from '../../src/ingress/metrics/metrics.ts';
import type { AcceptedEvent } from '../../src/log/arrival.ts';
import type { Pool } from '../../src/log/db/database.ts';
import { Logs } from '../../src/log/logs.ts';

interface AcceptingOptions extends TemporalWeb {
  readonly pool: Pool;
  readonly database: string;
  readonly flows: readonly Flow[];
  readonly metrics: Pick<Metrics, 'accepted' | 'repeated' | 'refused'>;
  readonly storing?: Storing | undefined;
  readonly quarantined?: (event: AcceptedEvent) => void;
}

export function openAccepting({
  pool,
  database,
  flows,
  metrics,
  storing = new Storing(),
  quarantined = () => undefined,
  ...temporal
}: AcceptingOptions): Accept & { close(): Promise<void> } {
  const logs = new Logs({ pool, tenant: 'default', flows, caseIds: temporal.caseIds, mailed: () => undefined });
  const finals = new FinalDecisions(database);
  const receipts = createReceipts({ pool, ...temporal });
  const routeOutcomes = createRouteOutcomes({ pool, tenant: 'default', flows });
  return {
    ...createAccept({ logs, storing, receipts, finals, metrics, unknownTypes: 'store', routeOutcomes, quarantined }),
    close: async () => {
      await logs.close();
      await finals.close();
    },
  };
}
