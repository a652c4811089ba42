/** Secrets of providers and brokers: sealed, and with a key that is still there. */
import type { Pool } from '../../log/db/database.ts';
import { readSealings } from '../../log/door/reseal.ts';
import { sealsOf, UNSEALED } from '../../log/door/seals.ts';
import { type Config, isExposed } from '../../settings/config.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

const NEXT = '`signalbox secrets seal` brings them under it';

export async function lookAtSecrets(config: Config, pool: Pool): Promise<Finding[]> {
  const seals = sealsOf(config);
  const hasKey = seals.sealing !== UNSEALED;
  const kept = await readSealings(pool);
  if (kept.length === 0) return [ok('secrets', 'none of a provider or broker is kept')];
  return kept.map(({ sealing, secrets }) => {
    if (sealing === UNSEALED) return inTheClear(secrets, hasKey, config);
    const found = `${secrets} sealed with ${sealing}`;
    if (sealing === seals.sealing || !hasKey) return ok('secrets', found);
    if (seals.knows(sealing)) return warn('secrets', `${found}, not the first key`, NEXT);
    return fail(
      'secrets',
      `${found}, a key that this shell does not have`,
      'give every ingress that key behind the others; without it, `signalbox webhooks rotate` and streams that are added anew',
    );
  });
}

function inTheClear(secrets: number, hasKey: boolean, config: Config): Finding {
  const found = `${secrets} of providers and brokers are in the database in the clear`;
  if (hasKey) return warn('secrets', found, NEXT);
  if (!isExposed(config)) return ok('secrets', `${found}, as no SIGNALBOX_SECRET_KEY is set: this service is of this machine alone`);
  return warn(
    'secrets',
    `${found}: who reads a copy of it can sign as they do`,
    'set SIGNALBOX_SECRET_KEY for every ingress, then run `signalbox secrets seal`',
  );
}
