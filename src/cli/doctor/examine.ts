/** Looks at everything, from the machine up; what is broken low down does not keep the rest from being looked at. */
import { ServiceClient } from '../../client/serviceClient.ts';
import type { Pool } from '../../log/db/database.ts';
import type { Config } from '../../settings/config.ts';
import { readRunning } from '../terminal/target.ts';
import { lookAtActions, lookAtWebhook } from './actions.ts';
import { lookAtDatabase, lookAtRows } from './database.ts';
import { lookAtStreams, lookAtWebhooks } from './door.ts';
import { type Finding, fail, guarded, ok } from './finding.ts';
import { lookAtKeys } from './keys.ts';
import { lookAtLlm } from './llm.ts';
import { lookAtLlmRecords } from './llmRecord.ts';
import { lookAtMachine, lookAtProcesses } from './machine.ts';
import { lookAtSecrets } from './secrets.ts';
import { lookAtService } from './service.ts';
import { lookAtTemporal } from './temporal.ts';
import { lookAtUnrouted } from './unrouted.ts';

export async function examine(config: Config): Promise<Finding[]> {
  const folder = config.SIGNALBOX_DATA;
  const run = await readRunning(config);
  const findings: Finding[] = [
    ...(await lookAtMachine(folder)),
    ok('settings', `nothing is wrong with those of this shell; data in ${folder}`),
    ...(await lookAtProcesses(run, folder)),
    lookAtWebhook(config, run),
  ];
  const start = 'run `npm start`, or set';
  const temporal = temporalOf(config, run);
  const lookTemporal = async (pool: Pool | null): Promise<readonly Finding[]> =>
    temporal === null ? [fail('Temporal', 'no address', `${start} TEMPORAL_ADDRESS`)] : lookAtTemporal(temporal, pool);
  let lookedAtTemporal = false;
  const url = config.DATABASE_URL ?? run?.database ?? null;
  if (url === null) findings.push(fail('database', 'no address', `${start} DATABASE_URL`));
  else {
    const withPool = async (pool: Pool): Promise<readonly Finding[]> => {
      lookedAtTemporal = true;
      return [
        ...(await guarded('rows', 'see the database', () => lookAtRows(pool))),
        ...(await guarded('actions', 'see the database', () => lookAtActions(pool))),
        ...(await guarded('keys', 'see the database', () => lookAtKeys(config, run, pool))),
        ...(await guarded('secrets', 'see the database', () => lookAtSecrets(config, pool))),
        ...(await guarded('webhooks', 'see the database', () => lookAtWebhooks(pool))),
        ...(await guarded('streams', 'see the database', () => lookAtStreams(pool))),
        ...(await guarded('types', 'see the database', () => lookAtUnrouted(pool))),
        ...(await lookAtLlm(config, pool)),
        ...(await guarded('LLM record', 'see the database', () => lookAtLlmRecords(pool))),
        ...(await lookTemporal(pool)),
      ];
    };
    findings.push(...(await lookAtDatabase(url, withPool)));
  }
  if (!lookedAtTemporal) findings.push(...(await lookAtLlm(config, null)), ...(await lookTemporal(null)));
  const service = config.SIGNALBOX_URL ?? run?.url ?? null;
  if (service === null) findings.push(fail('ingress', 'no address', `${start} SIGNALBOX_URL`));
  else findings.push(...(await lookAtService(new ServiceClient(service, config.SIGNALBOX_KEY))));
  return findings;
}

function temporalOf(
  config: Config,
  run: Awaited<ReturnType<typeof readRunning>>,
): { address: string; namespace: string; apiKey?: string | undefined } | null {
  const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace, TEMPORAL_API_KEY: apiKey } = config;
  if (address !== undefined) return { address, namespace, apiKey };
  return run?.temporal == null ? null : { address: run.temporal.address, namespace: run.temporal.namespace };
}
