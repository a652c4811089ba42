import type { KeptOpenCase } from '../../cases/readOpen.ts';
import type { OpenCase } from '../../wire/openCase.ts';
import { runOf, type TemporalWeb } from '../accept/receipt.ts';

/** With where its run is shown. */
export function shownOpenCase({ run, ...open }: KeptOpenCase, tenant: string, temporal: TemporalWeb): OpenCase {
  return { ...open, workflow: runOf({ tenant, flow: open.flow, subject: open.subject, run }, temporal) };
}
