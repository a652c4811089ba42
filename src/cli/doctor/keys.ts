/** Who may call: whether keys are checked, whether there are any, and whether they travel encrypted. */
import type { RunFile } from '../../local/runFile.ts';
import type { Pool } from '../../log/db/database.ts';
import { type Config, isLoopback } from '../../settings/config.ts';
import { type Finding, ok, warn } from './finding.ts';

/** A stack that runs here says of itself whether it checks keys; where it listens stands in its address. */
export async function lookAtKeys(config: Config, run: RunFile | null, pool: Pool): Promise<Finding[]> {
  const host = run?.url == null ? config.HOST : new URL(run.url).hostname.replace(/^\[|\]$/g, '');
  const checked = (run?.settings?.auth ?? config.SIGNALBOX_AUTH) === 'keys';
  return [checked ? await keys(pool) : ok('keys', `not checked: whoever reaches ${host} may do everything`), ...address(config, host)];
}

async function keys(pool: Pool): Promise<Finding> {
  const { rows } = await pool.query<{ live: number; admins: number }>(
    `select count(*)::int as live, (count(*) filter (where 'admin' = any(scopes)))::int as admins from keys where revoked_at is null`,
  );
  const { live = 0, admins = 0 } = rows[0] ?? {};
  if (live === 0)
    return warn('keys', 'are checked, and there is none: nobody can call', '`signalbox keys create me --scopes admin` makes the first');
  return ok('keys', `are checked: ${live} may call, ${admins} of them may do everything`);
}

function address({ SIGNALBOX_PUBLIC_URL: publicUrl }: Config, host: string): Finding[] {
  if (publicUrl?.startsWith('http:') === true && !isLoopback(new URL(publicUrl).hostname))
    return [
      warn('TLS', `${publicUrl} is reached without it: keys and links in mails can be read on the way`, 'put a proxy with TLS in front'),
    ];
  if (isLoopback(host)) return [ok('TLS', `the ingress listens on ${host}: others reach it by a proxy alone`)];
  return [
    warn(
      'TLS',
      `the ingress listens on ${host} in plain HTTP: keys can be read on the way`,
      'keep HOST on loopback and let a proxy take 443, unless the network is your own',
    ),
  ];
}
