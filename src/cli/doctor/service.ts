/** The ingress, as a caller sees it. */
import type { ServiceClient } from '../../client/serviceClient.ts';
import { clockApart } from './database.ts';
import { type Finding, fail, guarded, ok, warn } from './finding.ts';

interface Ready {
  readonly ready?: boolean;
  readonly database?: { readonly ok: boolean };
  readonly temporal?: { readonly ok: boolean };
  readonly worker?: { readonly ok: boolean };
  readonly clock?: { readonly ok: boolean; readonly aheadSeconds: number };
  readonly otherCode?: readonly string[];
}

export async function lookAtService(service: ServiceClient): Promise<readonly Finding[]> {
  return guarded('ingress', 'start one: `npm start`, or `signalbox ingress`; or check SIGNALBOX_URL', async () => {
    const { status, body } = await service.call('/readyz');
    const { ready, database, temporal, worker, clock, otherCode = [] } = (body ?? {}) as Ready;
    const away = Object.entries({ database, temporal, worker }).flatMap(([name, part]) => (part?.ok === false ? [name] : []));
    const found = `${service.url} answers ${status}${away.length === 0 ? '' : `, without ${away.join(' and ')}`}`;
    const accepting =
      ready === true
        ? ok('ingress', `${found}: events are accepted`)
        : fail('ingress', `${found}: no events are accepted`, 'see the database above');
    const apart = clock?.ok === false ? [clockApart('the ingress', clock.aheadSeconds)] : [];
    if (otherCode.length === 0) return [accepting, ...apart];
    return [
      accepting,
      ...apart,
      warn('code', `the ingress has other code than what folds ${otherCode.join(', ')}`, '`signalbox flow activate` switches it on'),
    ];
  });
}
