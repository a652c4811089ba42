/**
 * Links in mails. A token is 256 random bits, of which only the SHA-256 is kept; it stands for one recipient and one approval, until its deadline,
 * and gives one verdict. Looking at it changes nothing.
 */
import { createHash, randomBytes } from 'node:crypto';
import { SignalboxError } from '../domain/errors.ts';
import { type CaseLogWriter, writeCaseLog } from '../log/caseLog.ts';
import type { Client, Pool } from '../log/db/database.ts';
import { type ApprovalKey, type KeptApproval, readApproval } from './approval.ts';
import { type ApprovalDeps, tellVerdict } from './approvals.ts';
import { isDue } from './endApproval.ts';
import { type GivenVerdict, type VerdictResult, vote } from './vote.ts';

const TOKEN_BYTES = 32;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

const hashToken = (token: string): Buffer => createHash('sha256').update(token, 'utf8').digest();

export interface NewLink extends ApprovalKey {
  readonly mail: string;
  /** RFC 3339. */
  readonly expiresAt: string;
}

/** A new token; it is nowhere but in what this gives. */
export async function createLink(pool: Pool, { tenant, flow, eventPosition, turn, mail, expiresAt }: NewLink): Promise<string> {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  await pool.query(
    'insert into approval_links (token_hash, tenant, flow, event_position, turn, mail, expires_at) values ($1, $2, $3, $4, $5, $6, $7)',
    [hashToken(token), tenant, flow, eventPosition, turn, mail.toLowerCase(), expiresAt],
  );
  return token;
}

export interface KeptLink {
  readonly key: ApprovalKey;
  readonly mail: string;
  readonly used: boolean;
  /** The approval's deadline has passed. */
  readonly expired: boolean;
}

async function readLink(client: Client | Pool, token: string): Promise<KeptLink | null> {
  if (!TOKEN.test(token)) return null;
  const { rows } = await client.query<{
    tenant: string;
    flow: string;
    event_position: number;
    turn: number;
    mail: string;
    expired: boolean;
    used_at: Date | null;
  }>(
    'select tenant, flow, event_position, turn, mail, expires_at <= clock_timestamp() as expired, used_at from approval_links where token_hash = $1',
    [hashToken(token)],
  );
  const row = rows[0];
  if (row === undefined) return null;
  const { tenant, flow, event_position: eventPosition, turn, mail } = row;
  return { key: { tenant, flow, eventPosition, turn }, mail, used: row.used_at !== null, expired: row.expired };
}

/** What a link shows; null where there is no such link. */
export async function followLink(pool: Pool, token: string): Promise<{ link: KeptLink; kept: KeptApproval } | null> {
  const link = await readLink(pool, token);
  const kept = link === null ? null : await readApproval(pool, link.key);
  return link === null || kept === null ? null : { link, kept };
}

/**
 * Gives the verdict of a link's recipient and uses the link up, in one transaction; a verdict that is refused leaves it as it is. Null where there is no
 * such link. Throws SignalboxError `link-used`, `over` after the deadline, and as `giveVerdict` does.
 */
export async function giveVerdictByLink(
  { pool, notifier, notices }: ApprovalDeps,
  token: string,
  said: Pick<GivenVerdict, 'verdict' | 'reason' | 'changes'>,
): Promise<VerdictResult | null> {
  const found = await readLink(pool, token);
  if (found === null) return null;
  const outcome = await writeCaseLog(pool, found.key, async (log) => {
    // under the lock, where two posts of one link are one after the other
    const link = (await readLink(log.client, token)) ?? found;
    if (link.used) throw new SignalboxError('link-used');
    if (link.expired) await assertOverByItself(log, link);
    const result = await vote(log, { ...link.key, ...said, actor: link.mail, via: 'mail', proof: { by: 'link' } }, notices);
    if (result !== null && ['given', 'counted', 'same'].includes(result.result))
      await log.client.query('update approval_links set used_at = $2 where token_hash = $1', [hashToken(token), log.at]);
    return result;
  });
  if (outcome?.result === 'given') tellVerdict(notifier, outcome);
  return outcome;
}

/** What ended an approval says who won; a link that is over before its approval says only that. */
async function assertOverByItself(log: CaseLogWriter, { key }: KeptLink): Promise<void> {
  const kept = await readApproval(log.client, key);
  if (kept !== null && (isDue(log, kept) || kept.approval.state !== 'open')) return;
  throw new SignalboxError('over', 'The deadline has passed');
}
