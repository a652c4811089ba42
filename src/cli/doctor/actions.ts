/** Actions: where they go, those that ended without being taken, and those whose tries fail. */
import type { RunFile } from '../../local/runFile.ts';
import type { Pool } from '../../log/db/database.ts';
import { type Config, webhookShown } from '../../settings/config.ts';
import { type Finding, ok, warn } from './finding.ts';

/** A stack that runs here says it of itself; else the settings of this shell are looked at. */
export function lookAtWebhook(config: Config, run: RunFile | null): Finding {
  const here = webhookShown(config);
  // of an older build: it did not say
  const stack = run?.settings ?? null;
  const url = stack === null ? here : stack.webhook;
  if (url !== null) return ok('webhook', `actions are sent to ${url}`);
  const found = stack === null ? 'none is set in this shell' : 'none is set for the stack that runs here';
  return warn(
    'webhook',
    `${found}: actions end as not-sent`,
    'set SIGNALBOX_WEBHOOK_URL and SIGNALBOX_WEBHOOK_SECRET and start again (`signalbox receive` is a receiver to try with), then `signalbox actions redrive`',
  );
}

interface Row {
  dead: number;
  dead_key: string | null;
  not_sent: number;
  not_sent_key: string | null;
  failing: number;
  failing_key: string | null;
  failing_error: string | null;
}

export async function lookAtActions(pool: Pool): Promise<Finding[]> {
  const { rows } = await pool.query<Row>(
    `select (select count(*)::int from actions where state = 'dead') as dead,
      (select min(key) from actions where state = 'dead') as dead_key,
      (select count(*)::int from actions where state = 'not-sent') as not_sent,
      (select min(key) from actions where state = 'not-sent') as not_sent_key,
      (select count(*)::int from actions where state = 'planned' and last_error is not null) as failing,
      f.key as failing_key, f.last_error as failing_error
    from (select) one left join lateral (
      select key, last_error from actions where state = 'planned' and last_error is not null order by tries desc, key limit 1
    ) f on true`,
  );
  const { dead = 0, dead_key: deadKey, not_sent: notSent = 0, not_sent_key: notSentKey } = rows[0] ?? {};
  const { failing = 0, failing_key: failingKey, failing_error: failingError } = rows[0] ?? {};
  const found = [
    ...(dead === 0
      ? []
      : [
          warn(
            'actions',
            `${dead} dead letters, ${deadKey} among them`,
            '`signalbox actions list --state dead` says why; `signalbox actions redrive` sends them again',
          ),
        ]),
    ...(notSent === 0
      ? []
      : [
          warn(
            'actions',
            `${notSent} were not sent as no webhook was set, ${notSentKey} among them`,
            'set one, then `signalbox actions redrive` sends them; `signalbox actions list --state not-sent` names them',
          ),
        ]),
    ...(failing === 0
      ? []
      : [
          warn(
            'actions',
            `${failing} fail and are tried again, ${failingKey} the most often: ${failingError}`,
            'mend the receiver; `signalbox actions send-now` begins the next try at once',
          ),
        ]),
  ];
  return found.length === 0 ? [ok('actions', 'none failed')] : found;
}
